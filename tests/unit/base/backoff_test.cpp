// Goal: retries spread out and stay bounded. Method: many draws from many seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/base/backoff.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesItsCeilingUpToTheMaximum) {
    std::vector<Backoff::Duration> const ceilings{100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms};
    std::vector<Backoff::Duration> longest(ceilings.size(), 0ms);
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Backoff backoff(100ms, 1000ms, seed);
        for (std::size_t i = 0; i < ceilings.size(); ++i) {
            Backoff::Duration const wait = backoff.next();
            ASSERT_GE(wait, 0ms);
            ASSERT_LE(wait, ceilings[i]);
            longest[i] = std::max(longest[i], wait);
        }
    }
    for (std::size_t i = 0; i < ceilings.size(); ++i) {
        EXPECT_GT(longest[i], ceilings[i] * 9 / 10) << "the interval is not used up to its end";
    }
}

TEST(Backoff, StartsAgainAfterReset) {
    Backoff backoff(10ms, 1h, 1);
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(backoff.next());
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 10ms);
}

TEST(Backoff, RepeatsItselfForTheSameSeed) {
    Backoff a(1s, 1min, 7);
    Backoff b(1s, 1min, 7);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(a.next(), b.next());
    }
}

TEST(Backoff, NeverExceedsAMaximumBelowTheFirstWait) {
    Backoff backoff(1h, 5ms, 3);
    for (int i = 0; i < 50; ++i) {
        EXPECT_LE(backoff.next(), 5ms);
    }
}

TEST(Backoff, DoesNotOverflowWithAHugeMaximum) {
    Backoff backoff(1s, Backoff::Duration::max(), 3);
    for (int i = 0; i < 200; ++i) {
        EXPECT_GE(backoff.next(), 0ms);
    }
}

}  // namespace
}  // namespace holdfast
