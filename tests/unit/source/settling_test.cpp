// Goal: when changed files are read. Method: a clock by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/source/settling.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TimePoint const kStart{};
SettlingTimes const kTimes{.quiet = 100ms, .longest = 500ms, .open_file = 2s, .returned = 1s};

TEST(Settling, IsNeverDueWithoutAChange) { EXPECT_EQ(Settling(kTimes).due(), std::nullopt); }

TEST(Settling, WaitsForQuiet) {
    Settling settling(kTimes);
    settling.touched(kStart);
    EXPECT_EQ(settling.due(), kStart + 100ms);
    settling.touched(kStart + 60ms);
    EXPECT_EQ(settling.due(), kStart + 160ms);
}

TEST(Settling, WaitsNoLongerThanItsBoundWhileChangesGoOn) {
    Settling settling(kTimes);
    for (auto at = 0ms; at < 490ms; at += 50ms)
        settling.touched(kStart + at);
    EXPECT_EQ(settling.due(), kStart + 500ms);
}

TEST(Settling, StartsAnewOnceRead) {
    Settling settling(kTimes);
    settling.touched(kStart);
    EXPECT_THAT(settling.take(kStart + 100ms), IsEmpty());
    EXPECT_EQ(settling.due(), std::nullopt);
    settling.touched(kStart + 5s);
    EXPECT_EQ(settling.due(), kStart + 5s + 100ms);
}

TEST(Settling, HoldsBackAFileThatIsBeingWritten) {
    Settling settling(kTimes);
    settling.written("a.yaml", kStart);
    EXPECT_EQ(settling.due(), kStart + 100ms);
    EXPECT_THAT(settling.take(kStart + 100ms), ElementsAre("a.yaml"));
    settling.closed("a.yaml");
    settling.touched(kStart + 300ms);
    EXPECT_THAT(settling.take(kStart + 400ms), IsEmpty());
}

TEST(Settling, ReadsAnOpenFileWhoseWriterFellSilent) {
    Settling settling(kTimes);
    settling.written("a.yaml", kStart);
    (void)settling.take(kStart + 100ms);
    EXPECT_EQ(settling.due(), kStart + 2s);
    EXPECT_THAT(settling.take(kStart + 2s), IsEmpty());
    EXPECT_EQ(settling.due(), std::nullopt);
}

TEST(Settling, WaitsLongerForADirectoryThatReturned) {
    Settling settling(kTimes);
    settling.returned(kStart);
    for (auto at = 0ms; at <= 3000ms; at += 300ms)
        settling.touched(kStart + at);
    EXPECT_EQ(settling.due(), kStart + 4s);
    (void)settling.take(kStart + 4s);
    settling.touched(kStart + 5s);
    EXPECT_EQ(settling.due(), kStart + 5s + 100ms);
}

}  // namespace
}  // namespace holdfast::controller
