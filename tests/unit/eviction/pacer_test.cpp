// Goal: N sessions over T are all closed in time, evenly, whatever joins, leaves or moves.
// Method: a clock that the test moves, ticks of limits::timer_tick, many seeds.
#include <gtest/gtest.h>

#include <vector>

#include "common/base/limits.hpp"
#include "dataplane/eviction/pacer.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1h};

/// Closes as the pacer says, tick by tick until `end`; what was closed in each tick.
struct Closing {
    std::size_t left;
    std::vector<std::size_t> closes;

    void go(Pacer& pacer, TimePoint from, TimePoint end) {
        for (auto now = from; now < end;) {
            now += limits::timer_tick;
            auto const due = pacer.due(now, left);
            closes.push_back(due);
            left -= due;
        }
    }
};

TEST(Pacer, HasClosedEverySessionAtTheDeadline) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        for (std::size_t const sessions : {0u, 1u, 2u, 7u, 300u, 10'000u}) {
            Pacer pacer(kStart, kStart + 30s, seed);
            Closing run{sessions, {}};
            run.go(pacer, kStart, kStart + 30s);
            EXPECT_EQ(run.left, 0u) << "seed " << seed << ", sessions " << sessions;
        }
    }
}

TEST(Pacer, ClosesAtAnEvenRate) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Pacer pacer(kStart, kStart + 100s, seed);
        Closing run{3000, {}};
        run.go(pacer, kStart, kStart + 50s);
        EXPECT_NEAR(static_cast<double>(run.left), 1500.0, 60.0) << "seed " << seed;
    }
}

TEST(Pacer, NeverBursts) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Pacer pacer(kStart, kStart + 100s, seed);
        Closing run{3000, {}};  // 3 a tick.
        run.go(pacer, kStart, kStart + 100s);
        for (auto const closes : run.closes)
            EXPECT_LE(closes, 12u) << "seed " << seed;
    }
}

TEST(Pacer, DoesNotMakeUpForAStallInOneTick) {
    Pacer pacer(kStart, kStart + 100s, 1);
    EXPECT_LE(pacer.due(kStart + 50s, 3000), 24u);
}

TEST(Pacer, CloseTimesAreNotTheSameForTwoDataPlanes) {
    Pacer one(kStart, kStart + 100s, 1);
    Pacer two(kStart, kStart + 100s, 2);
    Closing a{100, {}};
    Closing b{100, {}};
    a.go(one, kStart, kStart + 100s);
    b.go(two, kStart, kStart + 100s);
    EXPECT_NE(a.closes, b.closes);
}

TEST(Pacer, IncludesSessionsThatJoinLater) {
    Pacer pacer(kStart, kStart + 20s, 3);
    Closing run{50, {}};
    run.go(pacer, kStart, kStart + 10s);
    run.left += 200;
    run.go(pacer, kStart + 10s, kStart + 20s);
    EXPECT_EQ(run.left, 0u);
    for (auto const closes : run.closes)
        EXPECT_LE(closes, 15u);
}

TEST(Pacer, SavesNothingUpWhileThereAreNoSessions) {
    Pacer pacer(kStart, kStart + 100s, 4);
    Closing run{0, {}};
    run.go(pacer, kStart, kStart + 50s);
    EXPECT_LE(pacer.due(kStart + 50s + limits::timer_tick, 500), 3u);
}

TEST(Pacer, FollowsADeadlineThatComesNearer) {
    Pacer pacer(kStart, kStart + 300s, 5);
    Closing run{300, {}};
    run.go(pacer, kStart, kStart + 10s);
    pacer.set_deadline(kStart + 15s);
    run.go(pacer, kStart + 10s, kStart + 15s);
    EXPECT_EQ(run.left, 0u);
}

TEST(Pacer, FollowsADeadlineThatMovesAway) {
    Pacer pacer(kStart, kStart + 10s, 6);
    Closing run{100, {}};
    run.go(pacer, kStart, kStart + 5s);
    pacer.set_deadline(kStart + 105s);
    run.go(pacer, kStart + 5s, kStart + 10s);
    EXPECT_GE(run.left, 40u);
}

TEST(Pacer, ClosesAllAtOnceWhenTheDeadlineHasPassed) {
    Pacer pacer(kStart, kStart - 1s, 7);
    EXPECT_EQ(pacer.due(kStart, 42), 42u);
}

}  // namespace
}  // namespace holdfast
