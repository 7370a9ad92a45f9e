#include "dataplane/eviction/sentence.hpp"

#include <algorithm>
#include <string>

namespace holdfast {
namespace {

model::Route const* attached_route(relay::Terms const& terms, model::Table const& table);
model::Rule const* successor(model::Rule const& rule, model::Route const& route);
bool same_terms(model::Rule const& a, model::Rule const& b);
std::optional<Sentence> sentence(Reason reason, model::LiveSessions what, model::Rule const& rule);

}  // namespace

std::optional<Sentence> judge(handshake::AdmittedRule const& admitted, model::Table const& table) {
    auto const& old_rule = *admitted.rule;
    auto const* const route = attached_route(*admitted.terms, table);
    if (route == nullptr) return sentence(Reason::route_deleted, old_rule.on_delete, old_rule);
    if (route == admitted.route.get()) return std::nullopt;
    auto const* const rule = successor(old_rule, *route);
    if (rule == nullptr) return sentence(Reason::route_deleted, old_rule.on_delete, old_rule);
    if (same_terms(*rule, old_rule)) return std::nullopt;
    return sentence(Reason::route_changed, rule->on_change, *rule);
}

namespace {

model::Route const* attached_route(relay::Terms const& terms, model::Table const& table) {
    auto const route = table.routes.find(terms.route);
    if (route == table.routes.end() || !table.listeners.contains(terms.listener)) return nullptr;
    bool const attached = std::ranges::any_of(
        route->second->attachments,
        [&](model::Attachment const& each) { return each.listener == terms.listener; });
    return attached ? route->second.get() : nullptr;
}

model::Rule const* successor(model::Rule const& rule, model::Route const& route) {
    model::Rule const* namesake = nullptr;
    for (auto const& each : route.rules) {
        if (same_terms(each, rule)) return &each;
        if (each.name == rule.name) namesake = &each;
    }
    return namesake;
}

bool same_terms(model::Rule const& a, model::Rule const& b) {
    auto comparable = a;
    comparable.backends = b.backends;
    comparable.name = b.name;
    return comparable == b;
}

std::optional<Sentence> sentence(Reason reason, model::LiveSessions what, model::Rule const& rule) {
    using enum model::LiveSessions;
    if (what == keep) return std::nullopt;
    auto const over = what == drain ? rule.drain_over : std::chrono::milliseconds(0);
    return Sentence{.reason = reason, .code = rule.drain_code, .over = over};
}

}  // namespace
}  // namespace holdfast
