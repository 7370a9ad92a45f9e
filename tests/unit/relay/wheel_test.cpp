// Goal: nodes fire at their tick, far ones no later than a turn before it, removed ones never.
#include "dataplane/relay/wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace holdfast::relay {
namespace {

TEST(Wheel, FiresAtTheTickAndNotBefore) {
    Wheel wheel;
    WheelNode node;
    wheel.add(node, 1'010, 1'000);
    EXPECT_EQ(wheel.next(), 1'010u);
    EXPECT_EQ(wheel.pop(1'009), nullptr);
    EXPECT_EQ(wheel.pop(1'010), &node);
    EXPECT_EQ(wheel.pop(1'010), nullptr);
    EXPECT_FALSE(wheel.next());
}

TEST(Wheel, NeverFiresARemovedNode) {
    Wheel wheel;
    WheelNode node;
    wheel.add(node, 5, 0);
    wheel.remove(node);
    wheel.remove(node);
    EXPECT_FALSE(wheel.next());
    EXPECT_EQ(wheel.pop(100), nullptr);
}

TEST(Wheel, MovesANodeThatIsAddedAgain) {
    Wheel wheel;
    WheelNode node;
    wheel.add(node, 5, 0);
    wheel.add(node, 9, 0);
    EXPECT_EQ(wheel.pop(8), nullptr);
    EXPECT_EQ(wheel.pop(9), &node);
}

TEST(Wheel, ShowsAFarNodeWithinOneTurn) {
    Wheel wheel;
    WheelNode node;
    wheel.add(node, 1'000'000, 0);
    EXPECT_EQ(wheel.next(), Wheel::kSlots - 1);
}

TEST(Wheel, CatchesUpAtOnceAfterItStoodEmpty) {
    Wheel wheel;
    WheelNode node;
    wheel.add(node, 50'000'010, 50'000'000);
    EXPECT_EQ(wheel.next(), 50'000'010u);
}

TEST(Wheel, FiresEveryNodeInOrderUnderRandomLoad) {
    auto const seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Wheel wheel;
    std::vector<WheelNode> nodes(500);
    std::vector<std::uint64_t> due;
    for (auto& node : nodes) {
        due.push_back(random() % (Wheel::kSlots - 1));
        wheel.add(node, due.back(), 0);
    }
    std::sort(due.begin(), due.end());
    std::vector<std::uint64_t> fired;
    for (std::uint64_t now = 0; now < Wheel::kSlots; ++now) {
        while (auto* node = wheel.pop(now)) {
            EXPECT_EQ(node->due, now);
            fired.push_back(node->due);
        }
    }
    EXPECT_EQ(fired, due);
}

}  // namespace
}  // namespace holdfast::relay
