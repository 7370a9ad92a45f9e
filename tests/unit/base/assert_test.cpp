// Goal: a broken invariant ends the process and says where. Method: death tests.
#include <gtest/gtest.h>

#include "common/base/assert.hpp"

namespace holdfast {
namespace {

TEST(AssertDeathTest, AbortsWithTheConditionInOneLogLine) {
    int const answer = 41;
    EXPECT_DEATH(HOLDFAST_ASSERT(answer == 42),
                 "\"assertion failed\",\"condition\":\"answer == 42\".*assert_test.cpp");
}

TEST(Assert, DoesNothingWhenTheConditionHolds) { HOLDFAST_ASSERT(1 + 1 == 2); }

}  // namespace
}  // namespace holdfast
