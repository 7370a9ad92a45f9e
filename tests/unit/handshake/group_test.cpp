// Goal: a group tells each handshake that time passes, once that its deadline has come, and all of
// them to stop.
// Method: members that count what they are told, on an io_context that runs until they leave.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "dataplane/handshake/group.hpp"

namespace holdfast::handshake {
namespace {

using namespace std::chrono_literals;

class Fake final : public Member {
public:
    explicit Fake(TimePoint deadline) { set_deadline(deadline); }
    void on_tick() noexcept override { ++ticks; }
    void expire() noexcept override { ++expired; }
    void stop() noexcept override { ++stopped; }

    int ticks = 0;
    int expired = 0;
    int stopped = 0;
};

class GroupTest : public testing::Test {
protected:
    /// Runs until `condition` holds or ten seconds have passed.
    template <class Condition>
    bool run_until(Condition condition) {
        auto const end = Clock::now() + 10s;
        while (!condition() && Clock::now() < end)
            io_.run_one_for(1s);
        return condition();
    }

    boost::asio::io_context io_{1};
    Group group_{io_};
};

TEST_F(GroupTest, TellsOnceThatADeadlineHasCome) {
    Fake due(Clock::now());
    Fake other(Clock::now() + 150ms);
    group_.add(due);
    group_.add(other);
    ASSERT_TRUE(run_until([&] { return other.expired == 1; }));
    EXPECT_EQ(due.expired, 1);
}

TEST_F(GroupTest, LeavesMembersWithoutDeadlineAlone) {
    Fake patient(TimePoint::max());
    Fake due(Clock::now());
    group_.add(patient);
    group_.add(due);
    ASSERT_TRUE(run_until([&] { return due.expired == 1; }));
    EXPECT_EQ(patient.expired, 0);
}

TEST_F(GroupTest, TellsEveryMemberThatTimePasses) {
    Fake patient(TimePoint::max());
    group_.add(patient);
    EXPECT_TRUE(run_until([&] { return patient.ticks == 2; }));
}

TEST_F(GroupTest, SleepsWhenTheLastMemberHasLeft) {
    auto member = std::make_unique<Fake>(TimePoint::max());
    group_.add(*member);
    member.reset();
    EXPECT_TRUE(group_.is_empty());
    io_.run();  // Returns only when no timer is left.
}

TEST_F(GroupTest, StopsItsMembersAndThoseWhoJoinLater) {
    Fake first(TimePoint::max());
    Fake second(TimePoint::max());
    group_.add(first);
    group_.stop();
    group_.add(second);
    EXPECT_EQ(first.stopped, 1);
    EXPECT_EQ(second.stopped, 1);
    io_.run();
}

}  // namespace
}  // namespace holdfast::handshake
