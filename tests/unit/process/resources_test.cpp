// Goal: workers and memory follow what the cgroup grants.
#include "dataplane/process/resources.hpp"

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

TEST(Memory, IsTheCgroupsLimitOfEitherVersion) {
    EXPECT_EQ(bytes_of_memory_limit("268435456\n"), 256u << 20);
    EXPECT_EQ(bytes_of_memory_limit("9223372036854767616"), std::uint64_t{0});
    EXPECT_EQ(bytes_of_memory_limit("9223372036854771712\n"), std::uint64_t{0});
    EXPECT_EQ(bytes_of_memory_limit("max\n"), std::uint64_t{0});
}

TEST(Memory, TakesNonsenseForNoLimit) {
    EXPECT_EQ(bytes_of_memory_limit(""), std::uint64_t{0});
    EXPECT_EQ(bytes_of_memory_limit("-1"), std::uint64_t{0});
    EXPECT_EQ(bytes_of_memory_limit("256Mi"), std::uint64_t{0});
}

TEST(Memory, IsThereInAnyCase) { EXPECT_GT(usable_memory(), 0u); }

TEST(Cores, IsAtLeastOne) { EXPECT_GE(usable_cores(), 1); }

}  // namespace
}  // namespace holdfast
