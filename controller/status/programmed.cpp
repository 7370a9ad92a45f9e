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

/// What takes the place of Programmed=True.
struct Hindrance {
    char const* reason;
    std::string message;
    bool unknown = false;
};

void unprogram(std::vector<Condition>& conditions, Hindrance const& hindrance) {
    for (Condition& one : conditions) {
        if (one.type == condition::kProgrammed && one.status) {
            one.status = false;
            one.reason = hindrance.reason;
            one.message = hindrance.message;
            one.unknown = hindrance.unknown;
        }
    }
}

void unprogram(GatewayStatus& status, Hindrance const& hindrance) {
    unprogram(status.conditions, hindrance);
    for (ListenerStatus& listener : status.listeners) {
        unprogram(listener.conditions, hindrance);
    }
}

constexpr char const* kNoDataplane = "No data plane of this Gateway is connected.";
constexpr char const* kUnanswered = "No data plane has taken it.";
constexpr char const* kUnheard = "Not every data plane of this Gateway has been heard of yet.";

/// Of a table that is not offered at all; empty when it is.
std::string held_back(Publisher const& publisher, std::string const& gateway) {
    std::vector<Problem> const held = publisher.held(gateway);
    if (held.empty()) return {};
    std::string text = "A newer table is held back:";
    for (Problem const& problem : held) {
        text += " " + problem.object + " " + problem.field + ": " + problem.message + ";";
    }
    text.back() = '.';
    return text;
}

/// Is the route offered as its owner wrote it last?
bool offered_as_wanted(Publisher const& publisher, std::string const& gateway,
                       std::string const& route) {
    model::Table const* const wanted = publisher.wanted(gateway);
    Publication const* const newest = publisher.fleet().newest(gateway);
    if (wanted == nullptr || newest == nullptr) return false;
    auto const of = [&route](model::Table const& table) {
        auto const found = table.routes.find(route);
        return found == table.routes.end() ? nullptr : found->second.get();
    };
    model::Route const* const last = of(*wanted);
    model::Route const* const offered = of(*newest->table);
    return last != nullptr && offered != nullptr && (last == offered || *last == *offered);
}

}  // namespace

Condition programmed_condition(Publisher const& publisher, std::string_view route,
                               RouteParentStatus const& parent, TimePoint now) {
    std::int64_t const generation =
        parent.conditions.empty() ? 0 : parent.conditions.front().observed_generation;
    auto const condition = [&](bool status, char const* reason, std::string message) {
        return Condition{condition::kProgrammed, status, reason, std::move(message), generation};
    };
    std::string const gateway = gateway_of(parent);
    std::string const key(route);
    if (!accepted(parent)) {
        return condition(false, reason::kNotAccepted, "The parent does not accept this route.");
    }
    if (std::string text = rejection(publisher, route, parent); !text.empty()) {
        return condition(false, reason::kRejected, std::move(text));
    }
    if (std::string text = held_back(publisher, gateway);
        !text.empty() && !offered_as_wanted(publisher, gateway, key)) {
        return condition(false, reason::kPending, std::move(text));
    }
    switch (publisher.fleet().programming(gateway, key, now)) {
        case Programming::programmed:
            return condition(true, reason::kProgrammed,
                             "All data planes have this route in force.");
        case Programming::no_dataplane:
            return condition(false, reason::kPending, kNoDataplane);
        case Programming::not_offered:
            return condition(false, reason::kPending,
                             "The Gateway's table does not hold this route.");
        case Programming::unheard: {
            Condition unheard = condition(false, reason::kPending, kUnheard);
            unheard.unknown = true;
            return unheard;
        }
        case Programming::pending:
            break;
    }
    return condition(false, reason::kPending, kUnanswered);
}

GatewayStatus gateway_as_served(Publisher const& publisher, std::string const& gateway,
                                GatewayStatus status, TimePoint now) {
    for (ListenerStatus& listener : status.listeners) {
        std::string const text = kept_back_of_listener(publisher, gateway, listener.name);
        if (!text.empty()) {
            unprogram(listener.conditions, {.reason = reason::kInvalid, .message = text});
        }
    }
    for (Condition& one : status.conditions) {
        if (one.type == condition::kProgrammed) {
            Conditions anew(one.observed_generation);
            add_programmed(status.listeners, anew);
            one = std::move(anew).take().front();
        }
    }
    if (std::string text = held_back(publisher, gateway); !text.empty()) {
        unprogram(status, {.reason = reason::kPending, .message = std::move(text)});
    }
    switch (publisher.fleet().programming(gateway, now)) {
        case Programming::no_dataplane:
            unprogram(status, {.reason = reason::kPending, .message = kNoDataplane});
            break;
        case Programming::pending:
            unprogram(status, {.reason = reason::kPending, .message = kUnanswered});
            break;
        case Programming::unheard:
            unprogram(status, {.reason = reason::kPending, .message = kUnheard, .unknown = true});
            break;
        case Programming::programmed:
        case Programming::not_offered:
            break;
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
