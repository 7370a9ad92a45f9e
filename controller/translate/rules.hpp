#pragma once

#include <string>
#include <vector>

#include "controller/translate/references.hpp"

namespace holdfast::controller {

/// The rules of a route, ready for a table.
struct BuiltRules {
    std::vector<model::Rule> rules;   ///< Those that can be served, in their order.
    std::vector<Refusal> unresolved;  ///< Backend references that lead nowhere.
    std::vector<Refusal> left_out;    ///< Endpoints that nobody may dial.
    std::vector<Refusal> invalid;     ///< Rules that are left out.
};

/// Builds the rules of a route. A backend reference that leads nowhere keeps its share of the
/// sessions, which is refused; a rule that no data plane would take is left out.
[[nodiscard]] BuiltRules build_rules(WebSocketRoute const& route, References& references);

}  // namespace holdfast::controller
