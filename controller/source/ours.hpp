#pragma once

#include <string>

#include "controller/source/objects.hpp"

/// Which Gateways are ours.
namespace holdfast::controller {

inline constexpr char const* kControllerName = "holdfast.dev/gateway-controller";
/// Ours even when no object of that name is there: who deletes it wants no socket closed.
inline constexpr char const* kGatewayClass = "holdfast";

/// Does a GatewayClass name our controller?
[[nodiscard]] bool is_ours(GatewayClass const& gateway_class);

/// Is the class of that name ours? `found` is its object, nullptr when there is none.
[[nodiscard]] bool class_is_ours(std::string const& name, GatewayClass const* found);

}  // namespace holdfast::controller
