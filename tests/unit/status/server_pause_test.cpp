// Goal: a server in trouble is left alone. Method: times of the test's.
#include "controller/status/server_pause.hpp"

#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

class ServerPauseTest : public ::testing::Test {
protected:
    TimePoint const now_{1h};
    ServerPause pause_{1};
};

TEST_F(ServerPauseTest, IsNoneBeforeARefusal) { EXPECT_LT(pause_.until(), now_); }

TEST_F(ServerPauseTest, IsAsLongAsTheServerAsksFor) {
    pause_.begin(now_, 7s);
    EXPECT_EQ(pause_.until(), now_ + 7s);
}

TEST_F(ServerPauseTest, IsShortAtFirst) {
    pause_.begin(now_, std::nullopt);
    EXPECT_LE(pause_.until(), now_ + ServerPause::kMin);
}

TEST_F(ServerPauseTest, GrowsOnlyWithTheTimesThatTheServerWasAskedAgain) {
    ServerPause many{1};
    pause_.begin(now_, 1s);
    many.begin(now_, 1s);
    for (int together = 0; together < 20; ++together) {
        many.begin(now_ + 1ms, std::nullopt);
    }
    EXPECT_EQ(many.until(), pause_.until());
    pause_.begin(now_ + 1min, std::nullopt);
    many.begin(now_ + 1min, std::nullopt);
    EXPECT_EQ(many.until(), pause_.until());
}

}  // namespace
}  // namespace holdfast::controller
