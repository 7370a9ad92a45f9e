#include "controller/status/programmed.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

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

/// Why the route was left out of the Gateway's table; empty when it was not.
std::string rejection(Publisher const& publisher, std::string_view route,
                      RouteParentStatus const& parent) {
    Quarantine const* const quarantine = publisher.quarantine(gateway_of(parent));
    if (quarantine == nullptr) {
        return {};
    }
    auto const& entries = quarantine->entries();
    auto const entry =
        std::ranges::find(entries, "Route " + std::string(route), &Quarantined::object);
    if (entry == entries.end()) {
        return {};
    }
    std::string text;
    for (Problem const& problem : entry->problems) {
        text += (text.empty() ? "" : "; ") + problem.field + ": " + problem.message;
    }
    text = text.empty() ? "refused" : text;
    return entry->standby == Standby::last_good ? text + "; its last good version stays in force"
                                                : text;
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
        return condition(false, "NotAccepted", "the parent does not accept this route");
    }
    if (std::string text = rejection(publisher, route, parent); !text.empty()) {
        return condition(false, "Rejected", std::move(text));
    }
    switch (publisher.fleet().programming(gateway_of(parent), std::string(route), now)) {
        case Programming::programmed:
            return condition(true, "Programmed", "programmed on all data planes");
        case Programming::no_dataplane:
            return condition(false, "Pending", "no data plane of this Gateway is connected");
        case Programming::unknown:
            return condition(false, "Pending", "the Gateway's table does not hold this route");
        case Programming::pending:
            break;
    }
    return condition(false, "Pending", "waiting for the data planes");
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
