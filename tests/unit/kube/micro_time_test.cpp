// Goal: times as the API server takes them. Method: known instants.
#include "controller/kube/micro_time.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

constexpr WallClock::time_point kMidnight = std::chrono::sys_days(2026y / std::chrono::March / 1);

TEST(MicroTime, HasSixDigitsOfAWholeSecond) {
    EXPECT_EQ(format_micro_time(kMidnight + 3h + 50min), "2026-03-01T03:50:00.000000Z");
}

TEST(MicroTime, CutsWhatIsShorterThanAMicrosecond) {
    EXPECT_EQ(format_micro_time(kMidnight + 7s + 123'456'789ns), "2026-03-01T00:00:07.123456Z");
}

}  // namespace
}  // namespace holdfast::controller::kube
