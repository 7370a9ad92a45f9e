#pragma once

#include <cstdint>
#include <vector>

#include "controller/translate/conditions.hpp"
#include "controller/translate/listeners.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// What to tell the owner of a Gateway.
/// Input  `listeners` are the Gateway's, `attached` counts the routes of each.
[[nodiscard]] GatewayStatus gateway_status(Gateway const& gateway,
                                           std::vector<JudgedListener> const& listeners,
                                           std::vector<std::int32_t> const& attached);

/// Adds a Gateway's Programmed, as the listeners' own conditions have it: as long as one of them
/// is.
void add_programmed(std::vector<ListenerStatus> const& listeners, Conditions& conditions);

}  // namespace holdfast::controller
