#pragma once

#include <cstddef>
#include <optional>

#include "controller/translate/conditions.hpp"
#include "controller/translate/rules.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// What one of a route's parentRefs came to.
struct ParentOutcome {
    std::size_t parent_index = 0;
    std::optional<Refusal> refusal;  ///< Why the route is not attached there.
    bool takes_clients = false;      ///< A listener that it is attached to takes new clients.
};

/// What to tell the owner of a route about one of its parents.
[[nodiscard]] RouteParentStatus route_status(WebSocketRoute const& route,
                                             ParentOutcome const& outcome, BuiltRules const& built);

}  // namespace holdfast::controller
