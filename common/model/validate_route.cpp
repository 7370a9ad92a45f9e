#include <algorithm>
#include <set>

#include "common/model/hostname.hpp"
#include "common/model/syntax.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::model {
namespace {

void validate_attachments(Route const& route, Table const& table, Place const& place);
void validate_hostnames(Attachment const& attachment, Listener const& listener, Place const& place);
void validate_rules(Route const& route, Table const& table, Place const& place);

}  // namespace

void validate_route(std::string_view key, Route const& route, Table const& table,
                    std::vector<Problem>& problems) {
    Place const place("Route", key, problems);
    if (!is_object_key(key)) {
        place.problem("key must be namespace/name");
    }
    if (!route.created.empty() && !is_timestamp(route.created)) {
        Place(place, "created")
            .problem("must look like 2026-11-21T09:17:03Z, not " + in_quotes(route.created));
    }
    if (route.generation < 0) {
        Place(place, "generation").problem("must not be negative");
    }
    validate_attachments(route, table, Place(place, "attachments"));
    validate_rules(route, table, Place(place, "rules"));
}

namespace {

void validate_attachments(Route const& route, Table const& table, Place const& place) {
    if (route.attachments.empty()) {
        place.problem("must name at least one listener");
    }
    std::set<std::string_view> listeners;
    for (std::size_t i = 0; i < route.attachments.size(); ++i) {
        Attachment const& attachment = route.attachments[i];
        Place const here(place, i);
        Place const name(here, "listener");
        auto const listener = table.listeners.find(attachment.listener);
        if (listener == table.listeners.end()) {
            name.problem("no listener " + in_quotes(attachment.listener) + " in the table");
            continue;
        }
        if (!listeners.insert(attachment.listener).second) {
            name.problem("the route is attached to " + in_quotes(attachment.listener) + " already");
        }
        validate_hostnames(attachment, *listener->second, Place(here, "hostnames"));
    }
}

void validate_hostnames(Attachment const& attachment, Listener const& listener,
                        Place const& place) {
    auto const& hostnames = attachment.hostnames;
    if (hostnames.empty()) {
        place.problem("must hold a host name, or an empty one for every host of the listener");
    }
    for (std::size_t i = 0; i < hostnames.size(); ++i) {
        Place const here(place, i);
        if (i > 0 && hostnames[i] <= hostnames[i - 1]) {
            here.problem("must sort behind the one in front of it");
        }
        if (hostnames[i].empty()) {
            continue;
        }
        if (!is_hostname_pattern(hostnames[i])) {
            here.problem("must be a host name or *. and one, not " + in_quotes(hostnames[i]));
        } else if (!matches_host(listener.hostname, hostnames[i])) {
            here.problem(in_quotes(hostnames[i]) + " is not a host of the listener's " +
                         in_quotes(listener.hostname));
        }
    }
}

void validate_rules(Route const& route, Table const& table, Place const& place) {
    if (route.rules.empty()) {
        place.problem("must hold at least one rule");
    }
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < route.rules.size(); ++i) {
        Rule const& rule = route.rules[i];
        Place const here(place, i);
        Place const name(here, "name");
        if (!is_name(rule.name)) {
            name.problem("must be a name, not " + in_quotes(rule.name));
        } else if (!names.insert(rule.name).second) {
            name.problem("another rule of the route is called " + in_quotes(rule.name));
        }
        validate_rule(rule, table, here);
    }
}

}  // namespace
}  // namespace holdfast::model
