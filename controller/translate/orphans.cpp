#include "controller/translate/orphans.hpp"

#include <string>

#include "common/model/place.hpp"
#include "controller/source/ours.hpp"
#include "controller/source/value.hpp"
#include "controller/translate/attachment.hpp"

namespace holdfast::controller {
namespace {

std::string class_of(Gateway const& gateway, Snapshot const& snapshot);

}  // namespace

Problem orphaned_parent(WebSocketRoute const& route, std::size_t parent_index,
                        Snapshot const& snapshot) {
    ParentRef const& ref = route.parent_refs[parent_index];
    Problem problem{std::string(WebSocketRoute::kKind) + ' ' + route.meta.key(),
                    field_path("spec.parentRefs", parent_index),
                    {}};
    std::string const key = ref.name_space + '/' + ref.name;
    auto const gateway = snapshot.gateways.find(key);
    if (!names_gateway(ref)) {
        problem.message = "names a " + kind_name(ref.group, ref.kind) +
                          ", and only a Gateway serves WebSocketRoutes";
    } else if (gateway == snapshot.gateways.end()) {
        problem.message = "names Gateway " + key + ", which does not exist";
    } else {
        problem.message =
            "names Gateway " + key + ", whose " + class_of(*gateway->second, snapshot);
    }
    return problem;
}

bool is_orphaned(Gateway const& gateway, Snapshot const& snapshot) {
    return gateway.class_name == kGatewayClass ||
           !snapshot.gateway_classes.contains(gateway.class_name);
}

Problem orphaned_gateway(Gateway const& gateway, Snapshot const& snapshot) {
    return {std::string(Gateway::kKind) + ' ' + gateway.meta.key(), "spec.gatewayClassName",
            "is not served: its " + class_of(gateway, snapshot)};
}

Problem missing_gateway(std::string const& key) {
    return {std::string(Gateway::kKind) + ' ' + key, "metadata.name",
            "is the Gateway to serve, and does not exist"};
}

namespace {

std::string class_of(Gateway const& gateway, Snapshot const& snapshot) {
    std::string const name = "class is " + model::in_quotes(gateway.class_name);
    if (snapshot.gateway_classes.contains(gateway.class_name)) {
        return name + ", whose spec.controllerName is another one's";
    }
    return name + ", not " + model::in_quotes(kGatewayClass);
}

}  // namespace
}  // namespace holdfast::controller
