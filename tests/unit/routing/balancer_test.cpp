// Goal: exact shares, even turns, and nobody pushed to the first endpoint. Method: whole cycles
// counted, under many seeds, because a seed decides where a worker begins.
#include "dataplane/routing/balancer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace holdfast::routing {
namespace {

using model::EndpointState;
using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

constexpr std::uint64_t kSeeds = 50;

std::shared_ptr<model::Backend const> backend(std::vector<model::Endpoint> endpoints) {
    return std::make_shared<model::Backend>(model::Backend{std::move(endpoints)});
}

std::vector<model::Endpoint> endpoints(int count, EndpointState state = EndpointState::ready) {
    std::vector<model::Endpoint> made;
    for (int i = 0; i < count; ++i)
        made.push_back({"10.0.0." + std::to_string(i), 80, state});
    return made;
}

/// A valid target; its key is a number that stands for its name.
Target target(std::uint64_t key, std::uint32_t weight, int count = 1) {
    return {"ns/" + std::to_string(key) + ":80", key, weight, backend(endpoints(count))};
}

Target invalid_target(std::uint64_t key, std::uint32_t weight) {
    return {"ns/" + std::to_string(key) + ":80", key, weight, nullptr};
}

CompiledRule rule_of(std::vector<Target> targets, std::uint64_t key = 1) {
    CompiledRule rule{};
    rule.key = key;
    rule.targets = std::move(targets);
    return rule;
}

/// The number of sessions each target gets out of `turns`; 0 stands for "invalid".
std::map<std::uint64_t, int> shares(Balancer& balancer, CompiledRule const& rule, int turns) {
    std::map<std::uint64_t, int> counts;
    for (int i = 0; i < turns; ++i) {
        auto const picked = balancer.pick_target(rule);
        EXPECT_TRUE(picked || picked.error().reason == Reason::invalid_backend);
        ++counts[picked ? (*picked)->key : 0];
    }
    return counts;
}

std::string pick(Balancer& balancer, Target const& from,
                 std::vector<model::Endpoint const*> const& tried = {}) {
    auto const picked = balancer.pick_endpoint(from, tried);
    return picked ? (*picked)->address : to_string(picked.error());
}

TEST(BalancerTargets, GetExactlyTheirWeightInEveryCycle) {
    auto const rule = rule_of({target(1, 5), target(2, 3), target(3, 2)});
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        Balancer balancer(seed);
        for (int cycle = 0; cycle < 3; ++cycle) {
            EXPECT_THAT(shares(balancer, rule, 10), ElementsAre(Pair(1, 5), Pair(2, 3), Pair(3, 2)))
                << "seed " << seed;
        }
    }
}

TEST(BalancerTargets, AreInterleaved) {
    auto const rule = rule_of({target(1, 5), target(2, 5)});
    Balancer balancer(1);
    for (int pair = 0; pair < 10; ++pair) {
        EXPECT_THAT(shares(balancer, rule, 2), ElementsAre(Pair(1, 1), Pair(2, 1)));
    }
}

TEST(BalancerTargets, WithoutWeightGetNothing) {
    auto const rule = rule_of({target(1, 0), target(2, 1), target(3, 0)});
    Balancer balancer(1);
    EXPECT_THAT(shares(balancer, rule, 100), ElementsAre(Pair(2, 100)));
}

TEST(BalancerTargets, OfLargeWeightsKeepTheirShares) {
    auto const rule = rule_of({target(1, 990'000), target(2, 10'000)});
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        Balancer balancer(seed);
        EXPECT_THAT(shares(balancer, rule, 1000), ElementsAre(Pair(1, 990), Pair(2, 10)));
    }
}

TEST(BalancerTargets, ThatAreInvalidKeepTheirShareAsRefusals) {
    auto const rule = rule_of({target(1, 9), invalid_target(2, 1)});
    Balancer balancer(1);
    EXPECT_THAT(shares(balancer, rule, 10), ElementsAre(Pair(0, 1), Pair(1, 9)));
}

TEST(BalancerTargets, NamesTheInvalidReference) {
    Balancer balancer(1);
    auto const picked = balancer.pick_target(rule_of({invalid_target(7, 1)}));
    ASSERT_FALSE(picked.has_value());
    EXPECT_EQ(to_string(picked.error()), "invalid_backend: backendRef ns/7:80 is invalid");
}

TEST(BalancerTargets, AreRefusedWhereNoneHasWeight) {
    Balancer balancer(1);
    std::string const fault = "invalid_backend: no backendRef has any weight";
    EXPECT_EQ(to_string(balancer.pick_target(rule_of({target(1, 0)})).error()), fault);
    EXPECT_EQ(to_string(balancer.pick_target(rule_of({})).error()), fault);
}

TEST(BalancerTargets, BeginAnywhere) {
    auto const rule = rule_of({target(1, 1), target(2, 1), target(3, 1), target(4, 1)});
    std::set<std::uint64_t> first;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        first.insert((*Balancer(seed).pick_target(rule))->key);
    }
    EXPECT_THAT(first, SizeIs(4));
}

TEST(BalancerTargets, GoOnAcrossASwapThatDoesNotChangeThem) {
    Balancer balancer(1);
    std::map<std::uint64_t, int> counts;
    for (int swap = 0; swap < 10; ++swap) {  // Each round has a table of its own.
        auto const rule = rule_of({target(1, 5), target(2, 3), target(3, 2)});
        ++counts[(*balancer.pick_target(rule))->key];
    }
    EXPECT_THAT(counts, ElementsAre(Pair(1, 5), Pair(2, 3), Pair(3, 2)));
}

TEST(BalancerTargets, GetNewSharesAtOnceWhenWeightsChange) {
    Balancer balancer(1);
    static_cast<void>(shares(balancer, rule_of({target(1, 1'000'000), target(2, 1)}), 500));
    EXPECT_THAT(shares(balancer, rule_of({target(1, 1), target(2, 1)}), 10),
                ElementsAre(Pair(1, 5), Pair(2, 5)));
    EXPECT_THAT(shares(balancer, rule_of({target(3, 1), target(2, 1)}), 10),
                ElementsAre(Pair(2, 5), Pair(3, 5)));
}

TEST(BalancerTargets, OfTwoRulesDoNotDisturbEachOther) {
    Balancer balancer(1);
    auto const one = rule_of({target(1, 1), target(2, 1)}, 1);
    auto const other = rule_of({target(1, 1), target(2, 1)}, 2);
    std::map<std::uint64_t, int> counts;
    for (int i = 0; i < 10; ++i) {
        ++counts[(*balancer.pick_target(one))->key];
        static_cast<void>(balancer.pick_target(other));
    }
    EXPECT_THAT(counts, ElementsAre(Pair(1, 5), Pair(2, 5)));
}

TEST(BalancerTargets, StayBoundedInMemoryAndExactAmongManyRules) {
    Balancer balancer(1);
    for (std::uint64_t key = 0; key < 2 * Balancer::kPositionsMax; ++key) {
        ASSERT_TRUE(balancer.pick_target(rule_of({target(1, 1), target(2, 1)}, key)).has_value());
    }
    EXPECT_THAT(shares(balancer, rule_of({target(1, 1), target(2, 1)}, 5), 10),
                ElementsAre(Pair(1, 5), Pair(2, 5)));
}

TEST(BalancerEndpoints, TakeTurns) {
    Target const three = target(1, 1, 3);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        Balancer balancer(seed);
        std::set<std::string> seen;
        for (int i = 0; i < 3; ++i)
            seen.insert(pick(balancer, three));
        EXPECT_THAT(seen, SizeIs(3)) << "seed " << seed;
    }
}

TEST(BalancerEndpoints, BeginAnywhere) {
    Target const four = target(1, 1, 4);
    std::set<std::string> first;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        Balancer balancer(seed);
        first.insert(pick(balancer, four));
    }
    EXPECT_THAT(first, SizeIs(4));
}

TEST(BalancerEndpoints, ServeEvenlyThoughSomeAreTerminating) {
    auto mixed = endpoints(4);
    mixed[1].state = EndpointState::serving;
    Target const one{"ns/1:80", 1, 1, backend(mixed)};
    Balancer balancer(1);
    std::map<std::string, int> counts;
    for (int i = 0; i < 30; ++i)
        ++counts[pick(balancer, one)];
    EXPECT_THAT(counts,
                ElementsAre(Pair("10.0.0.0", 10), Pair("10.0.0.2", 10), Pair("10.0.0.3", 10)));
}

TEST(BalancerEndpoints, ThatOnlyServeAreTakenWhereNoneIsReady) {
    Target const one{"ns/1:80", 1, 1, backend(endpoints(1, EndpointState::serving))};
    Balancer balancer(1);
    EXPECT_EQ(pick(balancer, one), "10.0.0.0");
}

TEST(BalancerEndpoints, AreMissedWhereThereAreNone) {
    Balancer balancer(1);
    EXPECT_EQ(pick(balancer, target(1, 1, 0)),
              "no_endpoint: backend ns/1:80 has no ready endpoint");
}

TEST(BalancerEndpoints, AlreadyTriedAreNotTriedAgain) {
    Target const three = target(1, 1, 3);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        Balancer balancer(seed);
        std::vector<model::Endpoint const*> tried;
        for (int attempt = 0; attempt < 3; ++attempt) {
            auto const picked = balancer.pick_endpoint(three, tried);
            ASSERT_TRUE(picked.has_value());
            EXPECT_EQ(std::ranges::find(tried, *picked), tried.end()) << "seed " << seed;
            tried.push_back(*picked);
        }
        EXPECT_EQ(pick(balancer, three, tried),
                  "no_endpoint: backend ns/1:80 has no endpoint left to try");
    }
}

TEST(BalancerEndpoints, GoOnAcrossASwap) {
    Balancer balancer(1);
    std::set<std::string> seen;
    for (int swap = 0; swap < 3; ++swap)
        seen.insert(pick(balancer, target(1, 1, 3)));
    EXPECT_THAT(seen, SizeIs(3));
}

TEST(BalancerEndpoints, OfTwoBackendsDoNotDisturbEachOther) {
    Balancer balancer(1);
    std::set<std::string> seen;
    for (int i = 0; i < 2; ++i) {
        seen.insert(pick(balancer, target(1, 1, 2)));
        static_cast<void>(pick(balancer, target(2, 1, 2)));
    }
    EXPECT_THAT(seen, SizeIs(2));
}

}  // namespace
}  // namespace holdfast::routing
