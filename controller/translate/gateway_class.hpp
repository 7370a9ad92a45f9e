#pragma once

#include <vector>

#include "controller/store/snapshot.hpp"
#include "controller/translate/condition.hpp"

namespace holdfast::controller {

/// Is a Gateway's class ours? By its GatewayClass, and without one by its name.
[[nodiscard]] bool class_is_ours(Gateway const& gateway, Snapshot const& snapshot);

/// What to tell the owner of a GatewayClass that is ours.
[[nodiscard]] std::vector<Condition> gateway_class_status(GatewayClass const& gateway_class);

}  // namespace holdfast::controller
