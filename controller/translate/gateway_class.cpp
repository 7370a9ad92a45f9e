#include "controller/translate/gateway_class.hpp"

#include <utility>

#include "controller/translate/conditions.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

bool is_ours(GatewayClass const& gateway_class) {
    return gateway_class.controller_name == kControllerName;
}

bool class_is_ours(Gateway const& gateway, Snapshot const& snapshot) {
    auto const found = snapshot.gateway_classes.find(gateway.class_name);
    return found == snapshot.gateway_classes.end() ? gateway.class_name == kGatewayClass
                                                   : is_ours(*found->second);
}

std::vector<Condition> gateway_class_status(GatewayClass const& gateway_class) {
    Conditions conditions(gateway_class.meta.generation);
    if (gateway_class.parameters_ref.empty()) {
        conditions.add_true(condition::kAccepted, reason::kAccepted,
                            "The GatewayClass is accepted.");
    } else {
        conditions.add_false(condition::kAccepted, reason::kInvalidParameters,
                             "spec.parametersRef names " + gateway_class.parameters_ref +
                                 ", and Holdfast takes no parameters. Gateways are served "
                                 "without.");
    }
    return std::move(conditions).take();
}

}  // namespace holdfast::controller
