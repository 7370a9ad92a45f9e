#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"
#include "controller/source/ours.hpp"
#include "controller/store/snapshot.hpp"
#include "controller/translate/condition.hpp"

namespace holdfast::controller {

struct ListenerStatus {
    std::string name;
    std::vector<GroupKind> supported_kinds;
    std::int32_t attached_routes = 0;
    std::vector<Condition> conditions;

    friend bool operator==(ListenerStatus const&, ListenerStatus const&) = default;
};

struct GatewayStatus {
    std::vector<Condition> conditions;
    std::vector<ListenerStatus> listeners;

    friend bool operator==(GatewayStatus const&, GatewayStatus const&) = default;
};

struct RouteParentStatus {
    ParentRef parent_ref;
    /// Accepted, ResolvedRefs, PartiallyInvalid where it holds. Programmed is the fleet's to say.
    std::vector<Condition> conditions;

    friend bool operator==(RouteParentStatus const&, RouteParentStatus const&) = default;
};

/// What a snapshot means: a table for every Gateway of our classes, and what to tell the owners of
/// the objects. Keys are `namespace/name`, of GatewayClasses `name`.
struct Translation {
    std::map<std::string, model::Table> tables;
    std::map<std::string, std::vector<Condition>> gateway_classes;
    std::map<std::string, GatewayStatus> gateways;
    std::map<std::string, std::vector<RouteParentStatus>> routes;
    /// What leads to no Gateway of ours, hence has no status of ours: parentRefs, Gateways of a
    /// class that does not exist, names of Gateways to serve. A typo looks like this.
    std::vector<Problem> orphans;
    std::size_t orphaned_routes_count = 0;  ///< Routes none of whose parents is ours.
};

/// The controller's core: a pure function. No I/O, no clock; the same objects in any order give
/// the same bytes. A fault in one object is told in its status and costs nothing but that object:
/// a bad backend reference its share, a bad rule that rule, a bad route that route.
///
/// Source  Gateway API v1 (precedence, attachment, conflicts, reference grants); KEP-1669 for
///         endpoints.
/// Tests   tests/golden/translate
///
/// Gateways that are not `served` have neither table nor status, and what refers to them is no
/// fault.
[[nodiscard]] Translation translate(Snapshot const& snapshot, Served const& served = {});

}  // namespace holdfast::controller
