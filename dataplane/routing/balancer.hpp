#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/base/error.hpp"
#include "dataplane/routing/route_table.hpp"

namespace holdfast::routing {

/// Chooses where new sessions go: the rule's targets by weight, interleaved as evenly as the
/// weights allow (smooth weighted round robin), then a target's endpoints in turn.
///
/// Positions are kept by name, so a swapped table goes on where the old one stood; a rule whose
/// targets or weights changed, and anything new, starts at a random position, so that the workers
/// of a fleet do not all begin with the same endpoint.
///
/// Threads  one per worker. Lifetime  what is returned lives as long as the rule's table.
/// Cost     O(targets) and O(endpoints); allocates when a rule or backend is first used. Positions
///          are bounded: past kPositionsMax all are forgotten, which costs nothing but evenness.
/// Tests    tests/unit/routing/balancer_test.cpp
class Balancer {
public:
    static constexpr std::size_t kPositionsMax = 16'384;

    explicit Balancer(std::uint64_t seed);

    /// The target for the next session. An invalid target keeps its share of sessions.
    /// Errors  `invalid_backend` when an invalid target's turn has come, or no target has weight.
    [[nodiscard]] Result<Target const*> pick_target(CompiledRule const& rule);

    /// The endpoint for one attempt: a ready one, or a serving one when none is ready.
    /// Input   a target from pick_target; the endpoints already tried for this handshake.
    /// Errors  `no_endpoint` when there is none, or none left to try.
    [[nodiscard]] Result<model::Endpoint const*> pick_endpoint(
        Target const& target, std::span<model::Endpoint const* const> tried);

private:
    struct Slot {
        std::uint64_t target;
        std::int64_t weight;
        std::int64_t current;
    };
    using Slots = std::vector<Slot>;

    [[nodiscard]] Slots& slots_of(CompiledRule const& rule);
    [[nodiscard]] Slots begin_cycle(CompiledRule const& rule);
    [[nodiscard]] std::uint64_t next_turn(Target const& target);
    [[nodiscard]] static std::int64_t total_weight(Slots const& slots) noexcept;
    [[nodiscard]] static std::size_t turn(Slots& slots, std::int64_t total) noexcept;

    std::mt19937_64 random_;
    std::unordered_map<std::uint64_t, Slots> rules_;             // By CompiledRule::key.
    std::unordered_map<std::uint64_t, std::uint64_t> backends_;  // Target::key to the next turn.
};

}  // namespace holdfast::routing
