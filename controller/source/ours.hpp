#pragma once

#include <set>
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

/// Which Gateways of our classes one controller serves. Several releases in one cluster have a
/// Gateway each, and leave what belongs to the others' Gateways alone.
struct Served {
    std::set<std::string> gateways;  ///< Keys; empty: every one.

    [[nodiscard]] bool has(std::string const& gateway) const {
        return gateways.empty() || gateways.contains(gateway);
    }
};

}  // namespace holdfast::controller
