// Goal: an object that flaps has few Events. Method: a clock by hand.
#include "controller/kube/spam_filter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

TimePoint const kStart{};

ObjectReference named(std::string name, std::string kind = "WebSocketRoute") {
    ObjectReference object;
    object.kind = std::move(kind);
    object.name = std::move(name);
    return object;
}

ObjectReference const kChat = named("chat");

/// How many of `tries` are let through.
int admitted(SpamFilter& filter, int tries, TimePoint now) {
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += filter.admit(kChat, now) ? 1 : 0;
    return count;
}

TEST(SpamFilter, LetsABurstThrough) {
    SpamFilter filter;
    EXPECT_EQ(admitted(filter, 100, kStart), 25);
}

TEST(SpamFilter, LetsOneMoreThroughEveryFiveMinutes) {
    SpamFilter filter;
    admitted(filter, 100, kStart);
    EXPECT_EQ(admitted(filter, 100, kStart + 5min - 1ms), 0);
    EXPECT_EQ(admitted(filter, 100, kStart + 5min), 1);
    EXPECT_EQ(admitted(filter, 100, kStart + 15min), 2);
}

TEST(SpamFilter, LetsABurstThroughAgainAfterARest) {
    SpamFilter filter;
    admitted(filter, 100, kStart);
    EXPECT_EQ(admitted(filter, 100, kStart + 25 * 5min), 25);
}

TEST(SpamFilter, JudgesEachObjectByItself) {
    SpamFilter filter;
    admitted(filter, 100, kStart);
    EXPECT_TRUE(filter.admit(named("chat", "Gateway"), kStart));
}

TEST(SpamFilter, KnowsAnObjectWhateverItsVersion) {
    SpamFilter filter;
    admitted(filter, 100, kStart);
    ObjectReference newer = kChat;
    newer.resource_version = "18";
    EXPECT_FALSE(filter.admit(newer, kStart));
}

TEST(SpamFilter, HasNoRoomForMoreObjectsUntilSomeRested) {
    SpamFilter filter;
    for (std::size_t i = 0; i < limits::event_objects_max; ++i)
        ASSERT_TRUE(filter.admit(named(std::to_string(i)), kStart));
    EXPECT_FALSE(filter.admit(kChat, kStart + 5min - 1ms));
    EXPECT_TRUE(filter.admit(named("1"), kStart + 5min - 1ms));
    EXPECT_TRUE(filter.admit(kChat, kStart + 5min));
}

}  // namespace
}  // namespace holdfast::controller::kube
