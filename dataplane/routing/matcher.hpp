#pragma once

#include <string_view>

#include "common/model/table.hpp"
#include "dataplane/routing/request_view.hpp"

/// One match of a rule against one request, Gateway API's HTTPRouteMatch word for word. Nothing
/// here allocates.
namespace holdfast::routing {

/// Exact: byte for byte. Prefix: element by element, a trailing `/` of the prefix not counting, so
/// that `/abc` and `/abc/` both match `/abc`, `/abc/` and `/abc/d` and not `/abcd`. Percent-encoded
/// characters are compared as they are written.
[[nodiscard]] bool matches_path(model::PathMatch const& match, std::string_view path) noexcept;

/// Everything but the path. A header that comes more than once has its values joined by `, `
/// (RFC 9110 §5.3). Of a repeated query parameter the first counts; names and values are compared
/// decoded (`%41`, and `+` for a space, as browsers write it). Of the subprotocols one must be
/// offered.
[[nodiscard]] bool matches_conditions(model::Match const& match,
                                      RequestView const& request) noexcept;

}  // namespace holdfast::routing
