#include "dataplane/routing/balancer.hpp"

#include <algorithm>

namespace holdfast::routing {
namespace {

using Tried = std::span<model::Endpoint const* const>;

/// Which endpoints of a backend take a new session: the ready ones, or where there is none those
/// that still serve.
[[nodiscard]] model::EndpointState eligible_state(model::Backend const& backend) noexcept;
[[nodiscard]] Error no_endpoint(Target const& target, std::string_view what);

}  // namespace

Balancer::Balancer(std::uint64_t seed) : random_(seed) {}

Result<Target const*> Balancer::pick_target(CompiledRule const& rule) {
    Slots& slots = slots_of(rule);
    std::int64_t const total = total_weight(slots);
    if (total == 0) return Error{Reason::invalid_backend, {}, "no backendRef has any weight"};
    Target const& target = rule.targets[turn(slots, total)];
    if (target.backend == nullptr) {
        return Error{Reason::invalid_backend, {}, "backendRef " + target.name + " is invalid"};
    }
    return &target;
}

Result<model::Endpoint const*> Balancer::pick_endpoint(Target const& target, Tried tried) {
    std::vector<model::Endpoint> const& endpoints = target.backend->endpoints;
    if (endpoints.empty()) return no_endpoint(target, "has no ready endpoint");
    auto const state = eligible_state(*target.backend);
    auto const eligible = [&](model::Endpoint const& endpoint) {
        bool const seen =
            std::ranges::any_of(tried, [&](auto const* one) { return *one == endpoint; });
        return endpoint.state == state && !seen;
    };
    auto const count = static_cast<std::uint64_t>(std::ranges::count_if(endpoints, eligible));
    if (count == 0) return no_endpoint(target, "has no endpoint left to try");
    std::uint64_t skip = next_turn(target) % count;
    auto const chosen = std::ranges::find_if(
        endpoints, [&](auto const& endpoint) { return eligible(endpoint) && skip-- == 0; });
    return &*chosen;
}

Balancer::Slots& Balancer::slots_of(CompiledRule const& rule) {
    if (rules_.size() >= kPositionsMax && !rules_.contains(rule.key)) rules_.clear();
    Slots& slots = rules_[rule.key];
    auto const same = [](Slot const& slot, Target const& target) {
        return slot.target == target.key && slot.weight == target.weight;
    };
    if (!std::ranges::equal(slots, rule.targets, same)) slots = begin_cycle(rule);
    return slots;
}

// A random way into the cycle, so that what follows is the cycle itself and its shares are exact.
Balancer::Slots Balancer::begin_cycle(CompiledRule const& rule) {
    constexpr std::int64_t turns_max = 1024;  // Bounds the cost where weights are large.
    Slots slots;
    slots.reserve(rule.targets.size());
    for (Target const& target : rule.targets)
        slots.push_back({target.key, target.weight, 0});
    std::int64_t const total = total_weight(slots);
    if (total == 0) return slots;
    auto const turns = random_() % static_cast<std::uint64_t>(std::min(total, turns_max));
    for (std::uint64_t i = 0; i < turns; ++i)
        static_cast<void>(turn(slots, total));
    return slots;
}

std::uint64_t Balancer::next_turn(Target const& target) {
    if (backends_.size() >= kPositionsMax && !backends_.contains(target.key)) backends_.clear();
    auto const [at, added] = backends_.try_emplace(target.key, 0);
    // Halved, so that the count does not run over within the life of a process.
    if (added) at->second = random_() / 2;
    return at->second++;
}

std::int64_t Balancer::total_weight(Slots const& slots) noexcept {
    std::int64_t total = 0;
    for (Slot const& slot : slots)
        total += slot.weight;
    return total;
}

// Smooth weighted round robin: everyone gains its weight, the richest goes and pays the total.
std::size_t Balancer::turn(Slots& slots, std::int64_t total) noexcept {
    for (Slot& slot : slots)
        slot.current += slot.weight;
    auto const richest = std::ranges::max_element(slots, {}, &Slot::current);
    richest->current -= total;
    return static_cast<std::size_t>(richest - slots.begin());
}

namespace {

model::EndpointState eligible_state(model::Backend const& backend) noexcept {
    bool const any_ready = std::ranges::find(backend.endpoints, model::EndpointState::ready,
                                             &model::Endpoint::state) != backend.endpoints.end();
    return any_ready ? model::EndpointState::ready : model::EndpointState::serving;
}

Error no_endpoint(Target const& target, std::string_view what) {
    return {Reason::no_endpoint, {}, "backend " + target.name + ' ' + std::string(what)};
}

}  // namespace
}  // namespace holdfast::routing
