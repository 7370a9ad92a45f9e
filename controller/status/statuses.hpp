#pragma once

#include "controller/status/status_book.hpp"
#include "controller/status/view.hpp"
#include "controller/store/snapshot.hpp"

namespace holdfast::controller {

/// What every GatewayClass, Gateway and route of ours is to be told, the fleet's part included; in
/// the words of their `.status`, without times.
[[nodiscard]] Statuses statuses(StatusView const& view);

/// Each with the object that it was computed of. `snapshot` is what they were translated from.
[[nodiscard]] WantedStatuses wanted_statuses(Statuses statuses, Snapshot const& snapshot);

}  // namespace holdfast::controller
