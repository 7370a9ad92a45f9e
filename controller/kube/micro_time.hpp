#pragma once

#include <string>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {

/// `2026-11-21T09:17:03.125000Z`: a meta/v1 MicroTime. The API server takes exactly six digits.
[[nodiscard]] std::string format_micro_time(WallClock::time_point time);

}  // namespace holdfast::controller::kube
