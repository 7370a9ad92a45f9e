#include "tests/golden/render.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/sha256.hpp"
#include "common/model/hostname.hpp"
#include "common/model/precedence.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::test {
namespace {

namespace json = boost::json;

json::object table_json(model::Table const& table);
json::object lookup_json(model::Table const& table);
json::array candidates_json(model::Table const& table, std::string const& listener,
                            std::string const& host);
std::string describe(model::Candidate const& candidate);
void add_conditions(std::vector<controller::Condition> const& conditions, json::object& out);
json::object gateway_json(controller::GatewayStatus const& status);
json::array parents_json(std::vector<controller::RouteParentStatus> const& parents);

}  // namespace

boost::json::object render(controller::Translation const& translation) {
    json::object tables;
    json::object lookup;
    for (auto const& [key, table] : translation.tables) {
        tables[key] = table_json(table);
        lookup[key] = lookup_json(table);
    }
    json::object gateways;
    for (auto const& [key, status] : translation.gateways) {
        gateways[key] = gateway_json(status);
    }
    json::object routes;
    for (auto const& [key, parents] : translation.routes) {
        routes[key] = parents_json(parents);
    }
    json::object rendered{{"tables", std::move(tables)},
                          {"lookup", std::move(lookup)},
                          {"gateways", std::move(gateways)},
                          {"routes", std::move(routes)}};
    json::object classes;
    for (auto const& [key, conditions] : translation.gateway_classes) {
        json::object status;
        add_conditions(conditions, status);
        classes[key] = std::move(status);
    }
    if (!classes.empty()) {
        rendered["gatewayClasses"] = std::move(classes);
    }
    json::array orphans;
    for (Problem const& orphan : translation.orphans) {
        orphans.emplace_back(to_string(orphan));
    }
    if (!orphans.empty()) {
        rendered["orphans"] = std::move(orphans);
    }
    return rendered;
}

namespace {

json::object table_json(model::Table const& table) {
    json::object object = model::to_json_redacted(table);
    auto* const certificates = object.if_contains("certificates");
    for (auto const& [key, certificate] : table.certificates) {
        Sha256 digest;
        digest.update(certificate->chain_pem);
        certificates->as_object().at(key).as_object()["chainPem"] = "sha256:" + digest.finish();
    }
    return object;
}

/// Hosts of a listener from the most specific to the least, as a request looks them up.
std::vector<std::string> hosts_of(model::Table const& table, std::string const& listener) {
    std::set<std::string> hosts;
    for (auto const& [key, route] : table.routes) {
        for (model::Attachment const& attachment : route->attachments) {
            if (attachment.listener == listener) {
                hosts.insert(attachment.hostnames.begin(), attachment.hostnames.end());
            }
        }
    }
    std::vector<std::string> ordered(hosts.begin(), hosts.end());
    std::ranges::stable_sort(ordered, model::more_specific);
    return ordered;
}

json::object lookup_json(model::Table const& table) {
    json::object listeners;
    for (auto const& [name, listener] : table.listeners) {
        json::object hosts;
        for (std::string const& host : hosts_of(table, name)) {
            hosts[host.empty() ? "(any host)" : host] = candidates_json(table, name, host);
        }
        listeners[name] = std::move(hosts);
    }
    return listeners;
}

bool serves(model::Route const& route, std::string const& listener, std::string const& host) {
    return std::ranges::any_of(route.attachments, [&](model::Attachment const& attachment) {
        return attachment.listener == listener &&
               std::ranges::find(attachment.hostnames, host) != attachment.hostnames.end();
    });
}

json::array candidates_json(model::Table const& table, std::string const& listener,
                            std::string const& host) {
    std::vector<model::Candidate> candidates;
    for (auto const& [key, route] : table.routes) {
        if (!serves(*route, listener, host)) {
            continue;
        }
        for (std::size_t i = 0; i < route->rules.size(); ++i) {
            for (std::size_t j = 0; j < route->rules[i].matches.size(); ++j) {
                candidates.push_back({&route->rules[i].matches[j], route->created, key, i, j});
            }
        }
    }
    std::ranges::sort(candidates, model::precedes);
    json::array lines;
    for (model::Candidate const& candidate : candidates) {
        lines.emplace_back(describe(candidate));
    }
    return lines;
}

std::string describe(model::Candidate const& candidate) {
    model::Match const& match = *candidate.match;
    bool const exact = match.path.type == model::PathMatchType::exact;
    std::string text = std::string(candidate.route_key) + " rule " +
                       std::to_string(candidate.rule_index) + " match " +
                       std::to_string(candidate.match_index) + ": " +
                       (exact ? "exact " : "prefix ") + match.path.value;
    for (model::NameValue const& header : match.headers) {
        text += ", header " + header.name + '=' + header.value;
    }
    for (model::NameValue const& parameter : match.query_params) {
        text += ", query " + parameter.name + '=' + parameter.value;
    }
    for (std::string const& subprotocol : match.subprotocols) {
        text += ", subprotocol " + subprotocol;
    }
    return text;
}

/// `True Accepted (1): The listener is accepted.`, under the condition's type.
void add_conditions(std::vector<controller::Condition> const& conditions, json::object& out) {
    for (controller::Condition const& condition : conditions) {
        out[condition.type] =
            std::string(condition.status ? "True " : "False ") + condition.reason + " (" +
            std::to_string(condition.observed_generation) + "): " + condition.message;
    }
}

json::object gateway_json(controller::GatewayStatus const& status) {
    json::object gateway;
    add_conditions(status.conditions, gateway);
    json::object listeners;
    for (controller::ListenerStatus const& listener : status.listeners) {
        json::object object{{"attachedRoutes", listener.attached_routes}};
        json::array kinds;
        for (controller::GroupKind const& kind : listener.supported_kinds) {
            kinds.emplace_back(kind.group + '/' + kind.kind);
        }
        object["supportedKinds"] = std::move(kinds);
        add_conditions(listener.conditions, object);
        listeners[listener.name] = std::move(object);
    }
    gateway["listeners"] = std::move(listeners);
    return gateway;
}

json::array parents_json(std::vector<controller::RouteParentStatus> const& parents) {
    json::array array;
    for (controller::RouteParentStatus const& parent : parents) {
        controller::ParentRef const& ref = parent.parent_ref;
        std::string name = ref.name_space + '/' + ref.name;
        name += ref.section_name.empty() ? "" : " sectionName " + ref.section_name;
        name += ref.port == 0 ? "" : " port " + std::to_string(ref.port);
        json::object object{{"parent", name}};
        add_conditions(parent.conditions, object);
        array.push_back(std::move(object));
    }
    return array;
}

}  // namespace
}  // namespace holdfast::test
