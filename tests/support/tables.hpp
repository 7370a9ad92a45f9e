#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "common/model/table.hpp"

/// Small valid tables, built in a line each.
namespace holdfast::test {

inline std::string const kGateway = "default/edge";

/// A route on every host of listener `ws`, under a prefix, to one backend.
[[nodiscard]] inline std::shared_ptr<model::Route const> route(
    std::string prefix, std::string backend = "default/echo:80") {
    model::Rule rule;
    rule.name = "0";
    rule.matches = {{.path = {model::PathMatchType::prefix, std::move(prefix)},
                     .headers = {},
                     .query_params = {},
                     .subprotocols = {}}};
    rule.backends = {{std::move(backend), 1, true}};
    model::Route result;
    result.created = "2026-01-01T00:00:00Z";
    result.generation = 1;
    result.attachments = {{"ws", {""}}};
    result.rules = {std::move(rule)};
    return std::make_shared<model::Route const>(std::move(result));
}

[[nodiscard]] inline std::shared_ptr<model::Backend const> backend(std::uint16_t port) {
    return std::make_shared<model::Backend const>(
        model::Backend{{{"127.0.0.1", port, model::EndpointState::ready}}});
}

/// One plain listener `ws` on 8080, one backend `default/echo:80`, no routes.
[[nodiscard]] inline model::Table table(std::string gateway = kGateway) {
    model::Listener listener;
    listener.name = "ws";
    listener.port = 8080;
    model::Table result;
    result.gateway = std::move(gateway);
    result.listeners["ws"] = std::make_shared<model::Listener const>(std::move(listener));
    result.backends["default/echo:80"] = backend(9000);
    return result;
}

/// As table(), with one route `default/chat` under `/chat`.
[[nodiscard]] inline model::Table chat_table(std::string gateway = kGateway) {
    model::Table result = table(std::move(gateway));
    result.routes["default/chat"] = route("/chat");
    return result;
}

}  // namespace holdfast::test
