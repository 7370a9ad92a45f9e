#include "tests/unit/translate/objects.hpp"

#include <utility>

namespace holdfast::test {

controller::Gateway edge_gateway() {
    controller::GatewayListener listener;
    listener.name = "ws";
    listener.port = 80;
    listener.protocol = "HTTP";
    listener.from = controller::NamespacesFrom::all;
    controller::Gateway gateway;
    gateway.meta.name_space = "infra";
    gateway.meta.name = "edge";
    gateway.meta.generation = 2;
    gateway.class_name = "holdfast";
    gateway.listeners = {std::move(listener)};
    return gateway;
}

controller::Service chat_service() {
    controller::Service service;
    service.meta.name_space = "default";
    service.meta.name = "chat";
    service.ports = {{.name = "ws", .port = 8080, .app_protocol = {}}};
    return service;
}

controller::EndpointSlice chat_slice() {
    controller::EndpointSlice slice;
    slice.meta.name_space = "default";
    slice.meta.name = "chat-1";
    slice.service = "chat";
    slice.address_type = "IPv4";
    slice.endpoints = {{.address = "10.0.0.1"}};
    slice.ports = {{.name = "ws", .port = 9000}};
    return slice;
}

controller::RouteRule chat_rule(std::string name, std::string prefix) {
    controller::RouteRule rule;
    rule.rule.name = std::move(name);
    model::Match match;
    match.path.value = std::move(prefix);
    rule.rule.matches = {std::move(match)};
    controller::BackendRef ref;
    ref.name_space = "default";
    ref.name = "chat";
    ref.port = 8080;
    rule.backend_refs = {std::move(ref)};
    return rule;
}

controller::WebSocketRoute chat_route(std::vector<controller::RouteRule> rules) {
    controller::ParentRef parent;
    parent.name_space = "infra";
    parent.name = "edge";
    controller::WebSocketRoute route;
    route.meta.name_space = "default";
    route.meta.name = "chat";
    route.meta.generation = 5;
    route.parent_refs = {std::move(parent)};
    route.rules = std::move(rules);
    return route;
}

}  // namespace holdfast::test
