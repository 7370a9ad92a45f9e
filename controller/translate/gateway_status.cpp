#include "controller/translate/gateway_status.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::controller {
namespace {

ListenerStatus listener_status(JudgedListener const& listener, std::int64_t generation);
void add_accepted(Gateway const& gateway, std::vector<JudgedListener> const& listeners,
                  Conditions& conditions);
bool programmed(ListenerStatus const& listener);

}  // namespace

GatewayStatus gateway_status(Gateway const& gateway, std::vector<JudgedListener> const& listeners,
                             std::vector<std::int32_t> const& attached) {
    std::int64_t const generation = gateway.meta.generation;
    GatewayStatus status;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        status.listeners.push_back(listener_status(listeners[i], generation));
        status.listeners.back().attached_routes = attached[i];
    }
    Conditions conditions(generation);
    add_accepted(gateway, listeners, conditions);
    add_programmed(status.listeners, conditions);
    status.conditions = std::move(conditions).take();
    return status;
}

void add_programmed(std::vector<ListenerStatus> const& listeners, Conditions& conditions) {
    std::vector<std::string> served;
    std::vector<std::string> unserved;
    for (ListenerStatus const& listener : listeners) {
        (programmed(listener) ? served : unserved).push_back(listener.name);
    }
    if (unserved.empty()) {
        conditions.add_true(condition::kProgrammed, reason::kProgrammed,
                            "Every listener is in the routing table.");
    } else if (served.empty()) {
        conditions.add_false(condition::kProgrammed, reason::kInvalid,
                             "No listener takes new clients; their own conditions say why.");
    } else {
        conditions.add_true(condition::kProgrammed, reason::kProgrammed,
                            "Served: " + quoted_list(served) + ". Not served: " +
                                quoted_list(unserved) + ", whose own conditions say why.");
    }
}

namespace {

void add_accepted(JudgedListener const& listener, Conditions& conditions) {
    if (listener.unsupported) {
        conditions.add_false(condition::kAccepted, {*listener.unsupported});
    } else if (listener.conflict) {
        conditions.add_false(condition::kAccepted, {*listener.conflict});
    } else {
        conditions.add_true(condition::kAccepted, reason::kAccepted, "The listener is accepted.");
    }
    if (listener.conflict) {
        conditions.add_true(condition::kConflicted, listener.conflict->reason.c_str(),
                            listener.conflict->message);
    } else {
        conditions.add_false(condition::kConflicted, reason::kNoConflicts,
                             "The listener conflicts with no other.");
    }
}

ListenerStatus listener_status(JudgedListener const& listener, std::int64_t generation) {
    Conditions conditions(generation);
    add_accepted(listener, conditions);
    if (listener.unresolved.empty()) {
        conditions.add_true(condition::kResolvedRefs, reason::kResolvedRefs,
                            "Every reference is resolved.");
    } else {
        conditions.add_false(condition::kResolvedRefs, listener.unresolved);
    }
    if (listener.takes_clients()) {
        conditions.add_true(condition::kProgrammed, reason::kProgrammed,
                            "The listener is in the Gateway's routing table.");
    } else {
        conditions.add_false(condition::kProgrammed, reason::kInvalid,
                             listener.accepted()
                                 ? "The listener refuses new clients, since it has no valid "
                                   "certificate; its sessions go on."
                                 : "The listener is not served: it is not accepted.");
    }
    if (!listener.overlapping.empty()) {
        conditions.add_true(condition::kOverlappingTls, reason::kOverlappingHostnames,
                            "The hostname overlaps with that of listener " +
                                quoted_list(listener.overlapping) +
                                " on the same port; a client that reuses a connection of one for "
                                "a host of the other gets status 421.");
    }
    ListenerStatus status;
    status.name = listener.spec->name;
    if (listener.admits_routes) {
        status.supported_kinds.push_back({kRouteGroup, WebSocketRoute::kKind});
    }
    status.conditions = std::move(conditions).take();
    return status;
}

bool programmed(ListenerStatus const& listener) {
    return std::ranges::any_of(listener.conditions, [](Condition const& one) {
        return one.type == condition::kProgrammed && one.status;
    });
}

/// Accepted as long as one listener is. Addresses are not ours to give, and there are no
/// parameters: a Gateway that asks for them is told so, and its listeners are served all the same,
/// as they were before it asked.
void add_accepted(Gateway const& gateway, std::vector<JudgedListener> const& listeners,
                  Conditions& conditions) {
    std::vector<std::string> accepted;
    std::vector<std::string> refused;
    for (JudgedListener const& listener : listeners) {
        (listener.accepted() ? accepted : refused).push_back(listener.spec->name);
    }
    if (!gateway.addresses.empty()) {
        conditions.add_false(condition::kAccepted, reason::kUnsupportedAddress,
                             "spec.addresses must be empty: the address is that of the Service in "
                             "front of the data planes. Listeners are served where they listen.");
    } else if (!gateway.parameters_ref.empty()) {
        conditions.add_false(condition::kAccepted, reason::kInvalidParameters,
                             "spec.infrastructure.parametersRef names " + gateway.parameters_ref +
                                 ", and Holdfast takes no parameters. Listeners are served "
                                 "without.");
    } else if (refused.empty()) {
        conditions.add_true(condition::kAccepted, reason::kAccepted, "The Gateway is accepted.");
    } else if (accepted.empty()) {
        conditions.add_false(condition::kAccepted, reason::kListenersNotValid,
                             "No listener is accepted; their own conditions say why.");
    } else {
        conditions.add_true(condition::kAccepted, reason::kListenersNotValid,
                            "Accepted: " + quoted_list(accepted) + ". Not accepted: " +
                                quoted_list(refused) + ", whose own conditions say why.");
    }
}

}  // namespace
}  // namespace holdfast::controller
