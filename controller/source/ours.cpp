#include "controller/source/ours.hpp"

namespace holdfast::controller {

bool is_ours(GatewayClass const& gateway_class) {
    return gateway_class.controller_name == kControllerName;
}

bool class_is_ours(std::string const& name, GatewayClass const* found) {
    return found == nullptr ? name == kGatewayClass : is_ours(*found);
}

}  // namespace holdfast::controller
