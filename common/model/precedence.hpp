#pragma once

#include <cstddef>
#include <string_view>

#include "common/model/table.hpp"

namespace holdfast::model {

/// One match of one rule, as it competes with the others on the same host.
struct Candidate {
    Match const* match;
    std::string_view route_created;
    std::string_view route_key;
    std::size_t rule_index;
    std::size_t match_index;
};

/// Gateway API's order of precedence, HTTPRouteRule.matches, word for word: exact path, longest
/// prefix, most headers, most query parameters (and after those, ours: a match that names
/// subprotocols before one that does not); ties go to the oldest route, then to the first
/// `namespace/name`, then to the first rule and match in the route.
///
/// A strict weak ordering: `a` is looked at before `b`.
[[nodiscard]] bool precedes(Candidate const& a, Candidate const& b) noexcept;

}  // namespace holdfast::model
