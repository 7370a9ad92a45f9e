#pragma once

#include "controller/status/status_book.hpp"
#include "controller/status/view.hpp"

namespace holdfast::controller {

/// What every GatewayClass, Gateway and route of ours is to be told, the fleet's part included; in
/// the words of their `.status`, without times.
[[nodiscard]] Statuses statuses(StatusView const& view);

}  // namespace holdfast::controller
