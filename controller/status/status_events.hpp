#pragma once

#include <vector>

#include "controller/kube/event.hpp"
#include "controller/status/status_book.hpp"

namespace holdfast::controller {

/// What the owner of an object is told when this has been written: its faults and their ends, and
/// that the object works for the first time.
[[nodiscard]] std::vector<kube::Event> events_of(StatusWrite const& write);

}  // namespace holdfast::controller
