// Goal: statuses as Kubernetes has them under `.status`, to the letter.
#include "controller/translate/status_json.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

namespace json = boost::json;

Condition accepted() {
    return {.type = "Accepted",
            .status = true,
            .reason = "Accepted",
            .message = "Well.",
            .observed_generation = 4};
}

TEST(StatusJson, OfAGatewayHasItsConditionsAndListeners) {
    Condition conflicted = accepted();
    conflicted.type = "Conflicted";
    conflicted.status = false;
    GatewayStatus status;
    status.conditions = {accepted()};
    status.listeners = {{.name = "ws",
                         .supported_kinds = {{"holdfast.dev", "WebSocketRoute"}},
                         .attached_routes = 3,
                         .conditions = {conflicted}}};

    json::value const expected = json::parse(R"({
      "conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted",
                      "message": "Well.", "observedGeneration": 4}],
      "listeners": [{
        "name": "ws",
        "supportedKinds": [{"group": "holdfast.dev", "kind": "WebSocketRoute"}],
        "attachedRoutes": 3,
        "conditions": [{"type": "Conflicted", "status": "False", "reason": "Accepted",
                        "message": "Well.", "observedGeneration": 4}]}]})");
    EXPECT_EQ(json::value(to_json(status)), expected);
}

TEST(StatusJson, OfAListenerWithoutKindsSaysSo) {
    GatewayStatus status;
    status.listeners = {
        {.name = "tcp", .supported_kinds = {}, .attached_routes = 0, .conditions = {}}};

    auto const object = to_json(status);

    auto const& listener = object.at("listeners").as_array().at(0).as_object();
    EXPECT_EQ(listener.at("supportedKinds"), json::value(json::array{}));
    EXPECT_EQ(listener.at("attachedRoutes"), json::value(0));
}

TEST(StatusJson, OfARouteHasOneEntryForEachParent) {
    RouteParentStatus whole;
    whole.parent_ref.name_space = "infra";
    whole.parent_ref.name = "edge";
    whole.conditions = {accepted()};
    RouteParentStatus section = whole;
    section.parent_ref.section_name = "ws";
    section.parent_ref.port = 80;
    section.conditions = {};

    json::value const expected = json::parse(R"({"parents": [
      {"parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway",
                     "namespace": "infra", "name": "edge"},
       "controllerName": "holdfast.dev/gateway-controller",
       "conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted",
                       "message": "Well.", "observedGeneration": 4}]},
      {"parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway",
                     "namespace": "infra", "name": "edge", "sectionName": "ws", "port": 80},
       "controllerName": "holdfast.dev/gateway-controller",
       "conditions": []}]})");
    EXPECT_EQ(json::value(to_json(std::vector{whole, section})), expected);
}

}  // namespace
}  // namespace holdfast::controller
