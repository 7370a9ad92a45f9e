#include "controller/translate/gateway_class.hpp"

#include <utility>

#include "controller/source/ours.hpp"
#include "controller/translate/conditions.hpp"

namespace holdfast::controller {

bool class_is_ours(Gateway const& gateway, Snapshot const& snapshot) {
    auto const found = snapshot.gateway_classes.find(gateway.class_name);
    bool const exists = found != snapshot.gateway_classes.end();
    return class_is_ours(gateway.class_name, exists ? found->second.get() : nullptr);
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
