#include "controller/translate/translate.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "controller/translate/attachment.hpp"
#include "controller/translate/gateway_class.hpp"
#include "controller/translate/gateway_status.hpp"
#include "controller/translate/listeners.hpp"
#include "controller/translate/orphans.hpp"
#include "controller/translate/references.hpp"
#include "controller/translate/route_status.hpp"
#include "controller/translate/rules.hpp"

namespace holdfast::controller {
namespace {

/// A Gateway of our class while its table grows.
struct OpenGateway {
    Gateway const* gateway = nullptr;
    std::vector<JudgedListener> listeners;
    std::vector<std::int32_t> attached;  ///< Routes of each listener.
    model::Table table;
};

/// One parentRef that names a Gateway of ours, and what came of it.
struct JudgedParent {
    std::size_t index = 0;  ///< Of the route's parent_refs.
    OpenGateway* gateway = nullptr;
    Resolved<AttachedHosts> attached;
};

/// One translation under way: Gateways first, then every route into the tables of its parents.
class Translator {
public:
    Translator(Snapshot const& snapshot, Served const& served)
        : snapshot_(snapshot), served_(served), references_(snapshot) {}

    Translation run();

private:
    void open_gateway(std::string const& key, Gateway const& gateway);
    void add_route(std::string const& key, WebSocketRoute const& route);
    [[nodiscard]] std::vector<JudgedParent> judge_parents(WebSocketRoute const& route);
    void attach_route(WebSocketRoute const& route, std::vector<JudgedParent> const& parents,
                      BuiltRules const& built);
    void add_to_table(OpenGateway& open, std::string const& key, model::Route route);

    [[nodiscard]] bool served_elsewhere(ParentRef const& ref) const;

    Snapshot const& snapshot_;
    Served const& served_;
    References references_;
    std::map<std::string, OpenGateway> gateways_;
    Translation translation_;
};

/// What the parentRefs that name `gateway` came to together: several may lead to one listener.
AttachedHosts hosts_at(OpenGateway const& gateway, std::vector<JudgedParent> const& parents);
ParentOutcome outcome_of(JudgedParent const& parent);
model::Route to_model(WebSocketRoute const& route, OpenGateway const& open,
                      AttachedHosts const& hosts);

}  // namespace

Translation translate(Snapshot const& snapshot, Served const& served) {
    return Translator(snapshot, served).run();
}

namespace {

Translation Translator::run() {
    for (auto const& [key, gateway_class] : snapshot_.gateway_classes) {
        if (is_ours(*gateway_class)) {
            translation_.gateway_classes.emplace(key, gateway_class_status(*gateway_class));
        }
    }
    for (auto const& [key, gateway] : snapshot_.gateways) {
        if (class_is_ours(*gateway, snapshot_)) {
            if (served_.has(key)) open_gateway(key, *gateway);
        } else if (is_orphaned(*gateway, snapshot_)) {
            translation_.orphans.push_back(orphaned_gateway(*gateway, snapshot_));
        }
    }
    for (std::string const& key : served_.gateways) {
        if (!snapshot_.gateways.contains(key)) {
            translation_.orphans.push_back(missing_gateway(key));
        }
    }
    for (auto const& [key, route] : snapshot_.routes) {
        add_route(key, *route);
    }
    for (auto& [key, open] : gateways_) {
        translation_.gateways.emplace(key,
                                      gateway_status(*open.gateway, open.listeners, open.attached));
        translation_.tables.emplace(key, std::move(open.table));
    }
    return std::move(translation_);
}

void Translator::open_gateway(std::string const& key, Gateway const& gateway) {
    OpenGateway& open = gateways_[key];
    open.gateway = &gateway;
    open.listeners = judge_listeners(gateway, references_);
    open.attached.resize(open.listeners.size());
    open.table.gateway = key;
    for (JudgedListener const& listener : open.listeners) {
        if (!listener.accepted()) {
            continue;
        }
        open.table.listeners.emplace(listener.spec->name,
                                     std::make_shared<model::Listener const>(to_model(listener)));
        for (std::string const& certificate : listener.certificates) {
            open.table.certificates.emplace(certificate,
                                            references_.certificates().at(certificate));
        }
    }
}

void Translator::add_route(std::string const& key, WebSocketRoute const& route) {
    std::vector<JudgedParent> const parents = judge_parents(route);
    if (parents.empty()) {
        bool const elsewhere = std::ranges::any_of(
            route.parent_refs, [this](ParentRef const& ref) { return served_elsewhere(ref); });
        translation_.orphaned_routes_count += elsewhere ? 0 : 1;
        return;
    }
    BuiltRules const built = build_rules(route, references_);
    std::vector<RouteParentStatus>& statuses = translation_.routes[key];
    for (JudgedParent const& parent : parents) {
        statuses.push_back(route_status(route, outcome_of(parent), built));
    }
    // A route without a rule is not accepted: it neither counts as attached nor is served.
    if (!built.rules.empty()) {
        attach_route(route, parents, built);
    }
}

std::vector<JudgedParent> Translator::judge_parents(WebSocketRoute const& route) {
    std::vector<JudgedParent> parents;
    for (std::size_t i = 0; i < route.parent_refs.size(); ++i) {
        ParentRef const& ref = route.parent_refs[i];
        auto const open = gateways_.find(ref.name_space + '/' + ref.name);
        if (names_gateway(ref) && open != gateways_.end()) {
            parents.push_back({i, &open->second,
                               attach({route, i}, open->second.listeners, snapshot_.namespaces)});
        } else if (!served_elsewhere(ref)) {
            translation_.orphans.push_back(orphaned_parent(route, i, snapshot_));
        }
    }
    return parents;
}

bool Translator::served_elsewhere(ParentRef const& ref) const {
    std::string const key = ref.name_space + '/' + ref.name;
    auto const gateway = snapshot_.gateways.find(key);
    return names_gateway(ref) && gateway != snapshot_.gateways.end() && !served_.has(key) &&
           class_is_ours(*gateway->second, snapshot_);
}

void Translator::attach_route(WebSocketRoute const& route, std::vector<JudgedParent> const& parents,
                              BuiltRules const& built) {
    std::set<std::string> done;
    for (JudgedParent const& parent : parents) {
        OpenGateway& open = *parent.gateway;
        if (!done.insert(open.table.gateway).second) {
            continue;
        }
        AttachedHosts const hosts = hosts_at(open, parents);
        for (auto const& [listener, names] : hosts) {
            ++open.attached[listener];
        }
        model::Route entry = to_model(route, open, hosts);
        entry.rules = built.rules;
        add_to_table(open, route.meta.key(), std::move(entry));
    }
}

void Translator::add_to_table(OpenGateway& open, std::string const& key, model::Route route) {
    if (route.attachments.empty()) {
        return;
    }
    for (model::Rule const& rule : route.rules) {
        for (model::WeightedBackend const& backend : rule.backends) {
            if (backend.valid) {
                open.table.backends.emplace(backend.backend,
                                            references_.backends().at(backend.backend));
            }
        }
    }
    open.table.routes.emplace(key, std::make_shared<model::Route const>(std::move(route)));
}

AttachedHosts hosts_at(OpenGateway const& gateway, std::vector<JudgedParent> const& parents) {
    AttachedHosts hosts;
    for (JudgedParent const& parent : parents) {
        if (parent.gateway != &gateway || !parent.attached) {
            continue;
        }
        for (auto const& [listener, names] : *parent.attached) {
            hosts[listener].insert(names.begin(), names.end());
        }
    }
    return hosts;
}

ParentOutcome outcome_of(JudgedParent const& parent) {
    ParentOutcome outcome{
        .parent_index = parent.index, .refusal = std::nullopt, .takes_clients = false};
    if (!parent.attached) {
        outcome.refusal = parent.attached.error();
        return outcome;
    }
    outcome.takes_clients = std::ranges::any_of(*parent.attached, [&](auto const& entry) {
        return parent.gateway->listeners[entry.first].takes_clients();
    });
    return outcome;
}

/// The route without its rules, attached to those listeners that are in the table.
model::Route to_model(WebSocketRoute const& route, OpenGateway const& open,
                      AttachedHosts const& hosts) {
    model::Route entry;
    entry.created = route.meta.created;
    entry.generation = route.meta.generation;
    for (auto const& [index, names] : hosts) {
        JudgedListener const& listener = open.listeners[index];
        if (listener.accepted()) {
            entry.attachments.push_back({listener.spec->name, {names.begin(), names.end()}});
        }
    }
    // By name, so that a Gateway with its listeners in another order gives the same table.
    std::ranges::sort(entry.attachments, {}, &model::Attachment::listener);
    return entry;
}

}  // namespace
}  // namespace holdfast::controller
