// Goal: the number of workers follows what the cgroup grants, rounded up.
#include "dataplane/process/cgroup.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Cores, RoundsACgroupsShareUp) {
    EXPECT_EQ(cores_of_cpu_max("100000 100000"), 1);
    EXPECT_EQ(cores_of_cpu_max("150000 100000\n"), 2);
    EXPECT_EQ(cores_of_cpu_max("50000 100000"), 1);
    EXPECT_EQ(cores_of_cfs("250000\n", "100000\n"), 3);
}

TEST(Cores, KnowsNoLimitWhereThereIsNone) {
    EXPECT_EQ(cores_of_cpu_max("max 100000"), 0);
    EXPECT_EQ(cores_of_cfs("-1", "100000"), 0);
}

TEST(Cores, TakesNonsenseForNoLimit) {
    EXPECT_EQ(cores_of_cpu_max(""), 0);
    EXPECT_EQ(cores_of_cpu_max("100000"), 0);
    EXPECT_EQ(cores_of_cpu_max("many 0"), 0);
    EXPECT_EQ(cores_of_cfs("100000", "0"), 0);
}

TEST(Cores, IsAtLeastOne) { EXPECT_GE(usable_cores(), 1); }

}  // namespace
}  // namespace holdfast
