// Goal: exactly the durations of Gateway API (GEP-2257). Method: good and bad texts by hand, and a
// round trip over every magnitude.
#include <gtest/gtest.h>

#include "common/base/duration.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, TakesEveryUnit) {
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("3m"), 3min);
    EXPECT_EQ(parse_duration("15s"), 15s);
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(ParseDuration, AddsUpToFourGroupsInAnyOrder) {
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("1h2m3s4ms"), 1h + 2min + 3s + 4ms);
    EXPECT_EQ(parse_duration("1s1h"), 1h + 1s);
    EXPECT_EQ(parse_duration("1s1s1s1s"), 4s);
    EXPECT_EQ(parse_duration("99999h99999h99999h99999h"), 4 * 99'999h);
}

TEST(ParseDuration, RefusesEverythingElse) {
    for (char const* text : {"", "0", "1", "s", "ms", "1d", "1us", "-1s", "+1s", "1.5s", " 1s",
                             "1s ", "1 s", "1S", "1mss", "100000s", "1s1s1s1s1s", "1h30", "1e3s"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(ParseDuration, RefusesANulInTheText) {
    EXPECT_EQ(parse_duration(std::string_view("1s\0", 3)), std::nullopt);
}

TEST(FormatDuration, WritesTheLargestUnitsFirst) {
    EXPECT_EQ(format_duration(0ms), "0s");
    EXPECT_EQ(format_duration(1500ms), "1s500ms");
    EXPECT_EQ(format_duration(90min), "1h30m");
    EXPECT_EQ(format_duration(25h), "25h");
}

TEST(FormatDuration, IsReadBackAsTheSameDuration) {
    for (std::chrono::milliseconds duration = 1ms; duration < 99'999h;
         duration = duration * 3 + 1ms) {
        EXPECT_EQ(parse_duration(format_duration(duration)), duration) << duration.count();
    }
}

}  // namespace
}  // namespace holdfast
