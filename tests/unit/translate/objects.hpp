#pragma once

#include <string>
#include <vector>

#include "controller/source/objects.hpp"

/// Small objects that fit together, for tests that change one thing about them.
namespace holdfast::test {

/// Gateway infra/edge: one plain listener `ws` on port 80 that admits routes of every namespace.
[[nodiscard]] controller::Gateway edge_gateway();
/// Service default/chat with port 8080, and its slice with one endpoint.
[[nodiscard]] controller::Service chat_service();
[[nodiscard]] controller::EndpointSlice chat_slice();
/// A rule under a path prefix to default/chat:8080.
[[nodiscard]] controller::RouteRule chat_rule(std::string name, std::string prefix = "/");
/// WebSocketRoute default/chat, attached to infra/edge, with these rules.
[[nodiscard]] controller::WebSocketRoute chat_route(std::vector<controller::RouteRule> rules);

}  // namespace holdfast::test
