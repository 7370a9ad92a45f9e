// Goal: an outage is told when it begins and ends, and seldom in between. Method: times of the
// test's.
#include "controller/kube/lasting_trouble.hpp"

#include <gtest/gtest.h>

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using enum LastingTrouble::Telling;

class LastingTroubleTest : public ::testing::Test {
protected:
    LastingTrouble trouble_;
    TimePoint const start_{1h};
};

TEST_F(LastingTroubleTest, IsToldWhenItBeginsAndWhenItEnds) {
    EXPECT_EQ(trouble_.hear("", start_), nothing);
    EXPECT_EQ(trouble_.hear("silence", start_ + 1s), beginning);
    EXPECT_EQ(trouble_.hear("cut off", start_ + 2s), nothing);
    EXPECT_EQ(trouble_.text(), "cut off");
    EXPECT_EQ(trouble_.since(), start_ + 1s);
    EXPECT_EQ(trouble_.hear("", start_ + 3s), end);
    EXPECT_EQ(trouble_.hear("", start_ + 4s), nothing);
}

TEST_F(LastingTroubleTest, IsToldAgainAfterIntervalsThatGrow) {
    (void)trouble_.hear("silence", start_);
    int told = 0;
    for (auto after = 1s; after < 24h; after += 1s) {
        if (trouble_.hear("silence", start_ + after) == reminder) ++told;
    }
    // After 1, 3, 7, 15, 31 and 63 minutes, then once an hour.
    EXPECT_EQ(told, 6 + 22);
}

TEST_F(LastingTroubleTest, BeginsAnewAfterItsEnd) {
    (void)trouble_.hear("silence", start_);
    (void)trouble_.hear("", start_ + 1h);
    EXPECT_EQ(trouble_.hear("silence", start_ + 2h), beginning);
    EXPECT_EQ(trouble_.since(), start_ + 2h);
    EXPECT_EQ(trouble_.hear("silence", start_ + 2h + 59s), nothing);
    EXPECT_EQ(trouble_.hear("silence", start_ + 2h + 60s), reminder);
}

}  // namespace
}  // namespace holdfast::controller::kube
