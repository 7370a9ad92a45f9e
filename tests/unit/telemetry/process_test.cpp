// Goal: the process metrics tell the truth. Method: what the test itself causes.
#include "dataplane/telemetry/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "common/base/clock.hpp"

namespace holdfast::telemetry {
namespace {

TEST(ProcessFacts, CountAnOpenedDescriptor) {
    std::uint64_t const before = read_process_facts().open_fds;
    int const fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(read_process_facts().open_fds, before + 1);
    ::close(fd);
    EXPECT_EQ(read_process_facts().open_fds, before);
}

TEST(ProcessFacts, NameALimitAboveWhatIsOpen) {
    ProcessFacts const facts = read_process_facts();
    EXPECT_GT(facts.max_fds, facts.open_fds);
}

TEST(ProcessFacts, HaveAStartBetweenBootAndNow) {
    double const now = std::chrono::duration<double>(WallClock::now().time_since_epoch()).count();
    ProcessFacts const facts = read_process_facts();
    EXPECT_GT(facts.start_time_seconds, now - 3600);
    EXPECT_LT(facts.start_time_seconds, now + 2);
}

TEST(ProcessFacts, HaveResidentMemoryOfAtLeastAMegabyte) {
    EXPECT_GT(read_process_facts().resident_bytes, 1'000'000u);
}

}  // namespace
}  // namespace holdfast::telemetry
