// Goal: a server in trouble is left alone, and people hear of it once. Method: answers and times of
// the test's.
#include "controller/status/server_pause.hpp"

#include <gtest/gtest.h>

#include "controller/status/told_troubles.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

Outcome<kube::Answer> answer(int status) { return kube::Answer{status, {}, std::nullopt}; }

TEST(Refusal, IsOfOneRequestOrOfAll) {
    EXPECT_EQ(refusal(answer(200)), Refusal::none);
    EXPECT_EQ(refusal(answer(201)), Refusal::none);
    for (int const status : {400, 403, 404, 409, 413, 422}) {
        EXPECT_EQ(refusal(answer(status)), Refusal::this_one) << status;
    }
    for (int const status : {401, 408, 429, 500, 503, 504, 302}) {
        EXPECT_EQ(refusal(answer(status)), Refusal::all) << status;
    }
    EXPECT_EQ(refusal(Failure{{}, "unreachable"}), Refusal::all);
}

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

TEST(ToldTroubles, AreToldOnceUntilTheyEnd) {
    ToldTroubles troubles;
    EXPECT_TRUE(troubles.begins("route", "too long"));
    EXPECT_FALSE(troubles.begins("route", "too long"));
    EXPECT_TRUE(troubles.begins("another", "too long"));
    EXPECT_TRUE(troubles.begins("route", "forbidden"));
    EXPECT_TRUE(troubles.ends("route"));
    EXPECT_FALSE(troubles.ends("route"));
    EXPECT_TRUE(troubles.begins("route", "too long"));
}

}  // namespace
}  // namespace holdfast::controller
