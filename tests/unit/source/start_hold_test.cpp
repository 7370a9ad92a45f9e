// Goal: the first tables wait for broken manifests, for a while and once. Method: reports and times
// by hand.
#include "controller/source/start_hold.hpp"

#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

TimePoint const kStart{1h};

SourceReport never_good(std::size_t files) {
    SourceReport report;
    report.never_good = files;
    return report;
}

class StartHoldTest : public testing::Test {
protected:
    StartHold hold_{kStart + 60s};
};

TEST_F(StartHoldTest, HoldsNothingWhereEverythingIsGood) {
    EXPECT_FALSE(hold_.holds(never_good(0), kStart));
}

TEST_F(StartHoldTest, HoldsUntilTheLastBrokenFileIsGood) {
    EXPECT_TRUE(hold_.holds(never_good(2), kStart));
    EXPECT_TRUE(hold_.holds(never_good(1), kStart + 1s));
    EXPECT_FALSE(hold_.holds(never_good(0), kStart + 2s));
}

TEST_F(StartHoldTest, EndsWithItsTime) {
    EXPECT_TRUE(hold_.holds(never_good(1), kStart + 59s));
    EXPECT_FALSE(hold_.holds(never_good(1), kStart + 60s));
}

TEST_F(StartHoldTest, NeverComesBack) {
    ASSERT_FALSE(hold_.holds(never_good(0), kStart));
    EXPECT_FALSE(hold_.holds(never_good(1), kStart + 1s));
    EXPECT_FALSE(hold_.holding());
}

}  // namespace
}  // namespace holdfast::controller
