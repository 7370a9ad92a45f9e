// Goal: timestamps that every reader of RFC 3339 takes. Method: times whose text is known.
#include <gtest/gtest.h>

#include "common/base/clock.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

TEST(FormatTime, WritesUtcWithMilliseconds) {
    auto const day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
    EXPECT_EQ(format_time(day + 9h + 17min + 3s + 125ms), "2026-11-21T09:17:03.125Z");
}

TEST(FormatTime, CutsOffWhatIsFinerThanAMillisecond) {
    EXPECT_EQ(format_time(WallClock::time_point(7ms + 999us)), "1970-01-01T00:00:00.007Z");
}

TEST(FormatTime, RoundsDownBeforeTheEpoch) {
    EXPECT_EQ(format_time(WallClock::time_point(-1ms)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace holdfast
