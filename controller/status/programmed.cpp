#include "controller/status/programmed.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "controller/status/kept_back.hpp"
#include "controller/translate/conditions.hpp"
#include "controller/translate/gateway_status.hpp"

namespace holdfast::controller {
namespace {

std::string gateway_of(RouteParentStatus const& parent) {
    return parent.parent_ref.name_space + "/" + parent.parent_ref.name;
}

Condition const* find(RouteParentStatus const& parent, std::string_view type) {
    auto const found = std::ranges::find(parent.conditions, type, &Condition::type);
    return found == parent.conditions.end() ? nullptr : &*found;
}

bool accepted(RouteParentStatus const& parent) {
    Condition const* const condition = find(parent, "Accepted");
    return condition != nullptr && condition->status;
}

/// True when something of an accepted route does not do what its owner wrote.
bool lacks_something(RouteParentStatus const& parent) {
    Condition const* const resolved = find(parent, "ResolvedRefs");
    Condition const* const partial = find(parent, "PartiallyInvalid");
    return (resolved != nullptr && !resolved->status) || (partial != nullptr && partial->status);
}

/// Why not all of the route is in the Gateway's table; empty when it is.
std::string rejection(Publisher const& publisher, std::string_view route,
                      RouteParentStatus const& parent) {
    return kept_back_of_route(publisher, gateway_of(parent), std::string(route));
}

/// Makes Programmed false where it was true.
void unprogram(std::vector<Condition>& conditions, char const* reason, std::string const& text) {
    for (Condition& one : conditions) {
        if (one.type == condition::kProgrammed && one.status) {
            one.status = false;
            one.reason = reason;
            one.message = text;
        }
    }
}

/// Of a table that is not offered at all.
std::string sentence(std::vector<Problem> const& held) {
    std::string text = "A newer table is held back:";
    for (Problem const& problem : held) {
        text += " " + problem.object + " " + problem.field + ": " + problem.message + ";";
    }
    text.back() = '.';
    return text;
}

}  // namespace

Condition programmed_condition(Publisher const& publisher, std::string_view route,
                               RouteParentStatus const& parent, TimePoint now) {
    std::int64_t const generation =
        parent.conditions.empty() ? 0 : parent.conditions.front().observed_generation;
    auto const condition = [&](bool status, char const* reason, std::string message) {
        return Condition{"Programmed", status, reason, std::move(message), generation};
    };
    if (!accepted(parent)) {
        return condition(false, "NotAccepted", "The parent does not accept this route.");
    }
    if (std::string text = rejection(publisher, route, parent); !text.empty()) {
        return condition(false, "Rejected", std::move(text));
    }
    switch (publisher.fleet().programming(gateway_of(parent), std::string(route), now)) {
        case Programming::programmed:
            return condition(true, "Programmed", "All data planes have this route in force.");
        case Programming::no_dataplane:
            return condition(false, "Pending", "No data plane of this Gateway is connected.");
        case Programming::unknown:
            return condition(false, "Pending", "The Gateway's table does not hold this route.");
        case Programming::pending:
            break;
    }
    return condition(false, "Pending", "Data planes have not answered yet.");
}

GatewayStatus gateway_as_served(Publisher const& publisher, std::string const& gateway,
                                GatewayStatus status) {
    for (ListenerStatus& listener : status.listeners) {
        std::string const text = kept_back_of_listener(publisher, gateway, listener.name);
        if (!text.empty()) {
            unprogram(listener.conditions, reason::kInvalid, text);
        }
    }
    for (Condition& one : status.conditions) {
        if (one.type == condition::kProgrammed) {
            Conditions anew(one.observed_generation);
            add_programmed(status.listeners, anew);
            one = std::move(anew).take().front();
        }
    }
    if (std::vector<Problem> const held = publisher.held(gateway); !held.empty()) {
        unprogram(status.conditions, reason::kPending, sentence(held));
        for (ListenerStatus& listener : status.listeners) {
            unprogram(listener.conditions, reason::kPending, sentence(held));
        }
    }
    return status;
}

std::string_view to_string(RouteHealth health) noexcept {
    constexpr std::array<std::string_view, kRouteHealths> names{"valid", "partial", "rejected",
                                                                "invalid"};
    return names[static_cast<std::size_t>(health)];
}

RouteHealth route_health(Publisher const& publisher, std::string_view route,
                         std::vector<RouteParentStatus> const& parents) {
    if (std::ranges::none_of(parents, accepted)) {
        return RouteHealth::invalid;
    }
    auto const rejected = [&](RouteParentStatus const& parent) {
        return !rejection(publisher, route, parent).empty();
    };
    if (std::ranges::any_of(parents, rejected)) {
        return RouteHealth::rejected;
    }
    return std::ranges::any_of(parents, lacks_something) ? RouteHealth::partial
                                                         : RouteHealth::valid;
}

}  // namespace holdfast::controller
