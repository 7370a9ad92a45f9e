#pragma once

#include <boost/json/object.hpp>

#include <vector>

#include "controller/translate/translate.hpp"

/// Statuses as Kubernetes writes them under `.status`, without lastTransitionTime, which only the
/// writer of a status knows.
namespace holdfast::controller {

/// Of a GatewayClass: `conditions`.
[[nodiscard]] boost::json::object to_json(std::vector<Condition> const& conditions);

/// Of a Gateway: `conditions` and `listeners`.
[[nodiscard]] boost::json::object to_json(GatewayStatus const& status);

/// Of a route: `parents`, each with our controllerName.
[[nodiscard]] boost::json::object to_json(std::vector<RouteParentStatus> const& parents);

}  // namespace holdfast::controller
