// Goal: people hear of a trouble once. Method: troubles of the test's.
#include "controller/status/told_troubles.hpp"

#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

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
