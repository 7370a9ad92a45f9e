#include "dataplane/routing/route_table.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "common/model/hostname.hpp"
#include "dataplane/routing/route_index.hpp"

namespace holdfast::routing {
namespace {

using Listeners = std::vector<model::Listener const*>;
using ListenersByPort = std::map<std::uint16_t, Listeners>;
using Routes = model::Collection<model::Route>;

[[nodiscard]] ListenersByPort by_port(model::Table const& table);
/// Each rule once per listener that its route is attached to.
[[nodiscard]] std::vector<CompiledRule> compile_rules(model::Table const& table);
[[nodiscard]] CompiledRule compile_rule(model::Table const& table, Routes::value_type const& route,
                                        std::string const& listener, model::Rule const& rule);
[[nodiscard]] Target compile_target(model::Table const& table, model::WeightedBackend const& ref);
[[nodiscard]] std::vector<Placed> place(model::Table const& table,
                                        std::span<CompiledRule const> rules);
[[nodiscard]] std::span<std::string const> hosts_of(CompiledRule const& rule);
[[nodiscard]] std::uint64_t hash_of(std::initializer_list<std::string_view> parts) noexcept;

}  // namespace

struct RouteTable::Compiled {
    explicit Compiled(std::shared_ptr<model::Table const> table)
        : source(std::move(table)),
          listeners(by_port(*source)),
          rules(compile_rules(*source)),
          index(place(*source, rules)) {}

    std::shared_ptr<model::Table const> source;
    ListenersByPort listeners;
    std::vector<CompiledRule> rules;
    RouteIndex index;
};

std::shared_ptr<RouteTable const> RouteTable::compile(std::shared_ptr<model::Table const> table) {
    auto compiled = std::make_unique<Compiled>(std::move(table));
    return std::shared_ptr<RouteTable const>(new RouteTable(std::move(compiled)));
}

RouteTable::RouteTable(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
RouteTable::~RouteTable() = default;

std::span<model::Listener const* const> RouteTable::listeners_on(
    std::uint16_t port) const noexcept {
    auto const at = compiled_->listeners.find(port);
    if (at == compiled_->listeners.end()) return {};
    return at->second;
}

model::Listener const* RouteTable::listener_for(std::uint16_t port,
                                                std::string_view host) const noexcept {
    auto const listeners = listeners_on(port);
    auto const fits = [host](model::Listener const* listener) {
        return model::matches_host(listener->hostname, host);
    };
    auto const at = std::ranges::find_if(listeners, fits);
    return at == listeners.end() ? nullptr : *at;
}

Found RouteTable::find(model::Listener const& listener, RequestView const& request) const noexcept {
    return compiled_->index.find(listener, request);
}

model::Table const& RouteTable::source() const noexcept { return *compiled_->source; }

namespace {

ListenersByPort by_port(model::Table const& table) {
    ListenersByPort ports;
    for (auto const& [name, listener] : table.listeners) {
        ports[listener->port].push_back(listener.get());
    }
    for (auto& [port, listeners] : ports) {
        // Stable, so that of two listeners with one hostname the first name wins on every worker.
        std::ranges::stable_sort(listeners, [](auto const* a, auto const* b) {
            return model::more_specific(a->hostname, b->hostname);
        });
    }
    return ports;
}

std::vector<CompiledRule> compile_rules(model::Table const& table) {
    std::vector<CompiledRule> rules;
    for (auto const& route : table.routes) {
        for (model::Attachment const& attachment : route.second->attachments) {
            for (model::Rule const& rule : route.second->rules) {
                rules.push_back(compile_rule(table, route, attachment.listener, rule));
            }
        }
    }
    rules.shrink_to_fit();
    return rules;
}

CompiledRule compile_rule(model::Table const& table, Routes::value_type const& route,
                          std::string const& listener, model::Rule const& rule) {
    CompiledRule compiled{.listener = listener,
                          .route = route.first,
                          .key = hash_of({listener, route.first, rule.name}),
                          .source = route.second,
                          .rule = &rule,
                          .targets = {}};
    compiled.targets.reserve(rule.backends.size());
    for (model::WeightedBackend const& ref : rule.backends) {
        compiled.targets.push_back(compile_target(table, ref));
    }
    return compiled;
}

Target compile_target(model::Table const& table, model::WeightedBackend const& ref) {
    auto const backend = table.backends.find(ref.backend);
    bool const known = ref.valid && backend != table.backends.end();
    return {.name = ref.backend,
            .key = hash_of({ref.backend}),
            .weight = ref.weight,
            .backend = known ? backend->second : nullptr};
}

std::vector<Placed> place(model::Table const& table, std::span<CompiledRule const> rules) {
    std::vector<Placed> placed;
    for (CompiledRule const& rule : rules) {
        model::Listener const* const listener = table.listeners.at(rule.listener).get();
        auto const rule_index = static_cast<std::size_t>(rule.rule - rule.source->rules.data());
        std::span<model::Match const> const matches = rule.rule->matches;
        for (std::size_t i = 0; i < matches.size(); ++i) {
            model::Candidate const candidate{&matches[i], rule.source->created, rule.route,
                                             rule_index, i};
            for (std::string const& host : hosts_of(rule)) {
                placed.push_back({listener, host, &rule, candidate});
            }
        }
    }
    return placed;
}

// A valid route is attached to a listener once.
std::span<std::string const> hosts_of(CompiledRule const& rule) {
    return std::ranges::find(rule.source->attachments, rule.listener, &model::Attachment::listener)
        ->hostnames;
}

std::uint64_t hash_of(std::initializer_list<std::string_view> parts) noexcept {
    constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;
    std::uint64_t hash = 0;
    for (std::string_view const part : parts) {
        hash = (hash ^ std::hash<std::string_view>{}(part)) * odd;
    }
    return hash;
}

}  // namespace
}  // namespace holdfast::routing
