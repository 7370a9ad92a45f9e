// Goal: who leads, and what is asked of the API server. Method: every answer and every instant by
// hand.
#include "controller/kube/elector.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

TimePoint const kStart{};
WallClock::time_point const kWall = std::chrono::sys_days(2026y / std::chrono::March / 1);
constexpr char const* kWallText = "2026-03-01T00:00:00.000000Z";

Lease lease_of(std::string holder, std::string renewed, std::chrono::seconds duration = 15s) {
    Lease lease = new_lease("system", "holdfast");
    lease.object["metadata"].as_object()["resourceVersion"] = "7";
    lease.record = {.holder = std::move(holder),
                    .duration = duration,
                    .acquire_time = "long ago",
                    .renew_time = std::move(renewed),
                    .transitions = 4};
    return lease;
}

class ElectorTest : public testing::Test {
protected:
    TimePoint now = kStart;
    Elector elector{{.name_space = "system", .name = "holdfast", .identity = "me", .times = {}},
                    /*seed=*/1};

    /// The next step, which must be a `Step`.
    template <class Step>
    Step step() {
        LeaseStep const next = elector.next(now, kWall);
        EXPECT_TRUE(std::holds_alternative<Step>(next)) << next.index();
        return std::get<Step>(next);
    }
    void answer(LeaseAnswer const& what) { elector.answered(what, now); }
    void fail() { answer(Failure{{}, "unreachable"}); }
    void read(LeaseAnswer const& what) {
        step<ReadLease>();
        answer(what);
    }
    /// The server takes the update as it is.
    Lease update() {
        Lease const lease = step<UpdateLease>().lease;
        answer(lease);
        return lease;
    }
    void wait() { now = step<WaitUntil>().time; }
    bool leads() const { return elector.leads(now); }

    void win() {
        read(lease_of("", "never"));
        update();
        ASSERT_TRUE(leads());
    }
};

TEST(ElectionTimes, FitTogetherByDefault) { EXPECT_EQ(fault({}), ""); }

TEST(ElectionTimes, AreRefusedWhenTheyDoNotFit) {
    EXPECT_NE(fault({.lease = 10s, .renew = 10s, .retry = 2s}), "");
    EXPECT_NE(fault({.lease = 15s, .renew = 2400ms, .retry = 2s}), "");
    EXPECT_NE(fault({.lease = 15s, .renew = 10s, .retry = 0s}), "");
    EXPECT_EQ(fault({.lease = 15s, .renew = 2401ms, .retry = 2s}), "");
}

TEST_F(ElectorTest, CreatesALeaseThatIsMissing) {
    read(LeaseMissing{});
    Lease const lease = step<CreateLease>().lease;
    LeaseRecord const expected{.holder = "me",
                               .duration = 15s,
                               .acquire_time = kWallText,
                               .renew_time = kWallText,
                               .transitions = 0};
    EXPECT_EQ(lease.record, expected);
    EXPECT_FALSE(leads());
    answer(lease);
    EXPECT_TRUE(leads());
}

TEST_F(ElectorTest, LooksAgainWhenAnotherCreatesItFirst) {
    read(LeaseMissing{});
    step<CreateLease>();
    answer(LeaseConflict{});
    wait();
    step<ReadLease>();
}

TEST_F(ElectorTest, SaysThatTheNamespaceIsMissing) {
    read(LeaseMissing{});
    step<CreateLease>();
    answer(LeaseMissing{});
    EXPECT_EQ(elector.trouble(), "namespace system does not exist");
}

TEST_F(ElectorTest, IsInTroubleWhileItReadsALeaseThatItCannotTake) {
    for (int round = 0; round < 3; ++round) {
        read(lease_of("", "then"));
        step<UpdateLease>();
        fail();
        EXPECT_EQ(elector.trouble(), "unreachable");
        wait();
    }
    read(lease_of("", "then"));
    EXPECT_EQ(elector.trouble(), "unreachable");
    update();
    EXPECT_EQ(elector.trouble(), "");
}

TEST_F(ElectorTest, IsNotInTroubleOnceItSeesAnotherOneLead) {
    step<ReadLease>();
    fail();
    EXPECT_EQ(elector.trouble(), "unreachable");
    wait();
    read(lease_of("other", "now"));
    EXPECT_EQ(elector.trouble(), "");
}

TEST_F(ElectorTest, TakesALeaseThatNobodyHolds) {
    read(lease_of("", "then"));
    Lease const lease = update();
    EXPECT_EQ(lease.record.transitions, 5);
    EXPECT_EQ(lease.record.acquire_time, kWallText);
    EXPECT_EQ(lease.object.at("metadata").at("resourceVersion"), "7");
    EXPECT_TRUE(leads());
}

TEST_F(ElectorTest, TakesUpAnOldLeaseOfItsOwnWithoutATransition) {
    read(lease_of("me", "then"));
    Lease const lease = update();
    EXPECT_EQ(lease.record.transitions, 4);
    EXPECT_EQ(lease.record.acquire_time, "long ago");
    EXPECT_TRUE(leads());
}

TEST_F(ElectorTest, LeavesALeaseOfAnotherAloneUntilItSawNoChangeForItsDuration) {
    read(lease_of("other", "then"));
    EXPECT_EQ(elector.holder(), "other");
    while (now < kStart + 15s) {
        wait();
        read(lease_of("other", "then"));
    }
    EXPECT_EQ(update().record.transitions, 5);
}

TEST_F(ElectorTest, CountsAnewWithEveryChange) {
    read(lease_of("other", "then"));
    now += 14s;
    read(lease_of("other", "a renewal"));
    now += 14s;
    read(lease_of("other", "a renewal"));
    wait();
    EXPECT_LT(now, kStart + 30s);
}

TEST_F(ElectorTest, GoesByTheDurationInTheLease) {
    read(lease_of("other", "then", 60s));
    now += 59s;
    read(lease_of("other", "then", 60s));
    wait();
    read(lease_of("other", "then", 60s));
    update();
}

TEST_F(ElectorTest, GoesByItsOwnDurationWhereTheLeaseHasNone) {
    read(lease_of("other", "then", 0s));
    now += 14s;
    read(lease_of("other", "then", 0s));
    wait();
    read(lease_of("other", "then", 0s));
    update();
}

TEST_F(ElectorTest, LooksOftenEnoughToTakeOverWithinThreeSeconds) {
    for (int i = 0; i < 1000; ++i) {
        read(lease_of("other", std::to_string(i)));
        TimePoint const before = now;
        wait();
        EXPECT_GE(now - before, 1s);
        EXPECT_LE(now - before, 2500ms);
    }
}

TEST_F(ElectorTest, LooksAgainWhenAnotherTakesItFirst) {
    read(lease_of("", "then"));
    step<UpdateLease>();
    answer(LeaseConflict{});
    EXPECT_FALSE(leads());
    wait();
    step<ReadLease>();
}

TEST_F(ElectorTest, RenewsWithoutReadingFirst) {
    win();
    wait();
    EXPECT_EQ(now, kStart + 2s);
    EXPECT_EQ(update().record.transitions, 5);
}

TEST_F(ElectorTest, ReadsAndWritesAgainWhenARenewalMeetsAConflict) {
    win();
    wait();
    step<UpdateLease>();
    answer(LeaseConflict{});
    Lease edited = lease_of("me", kWallText);
    edited.object["metadata"].as_object()["resourceVersion"] = "8";
    read(edited);
    EXPECT_EQ(update().object.at("metadata").at("resourceVersion"), "8");
    EXPECT_TRUE(elector.leads(now + 9s));
}

TEST_F(ElectorTest, CreatesTheLeaseAnewWhenItIsDeleted) {
    win();
    wait();
    step<UpdateLease>();
    answer(LeaseMissing{});
    read(LeaseMissing{});
    answer(step<CreateLease>().lease);
    EXPECT_TRUE(elector.leads(now + 9s));
}

TEST_F(ElectorTest, LeadsForTheRenewDeadlineFromTheStartOfTheLastRenewal) {
    win();
    wait();
    Lease const lease = step<UpdateLease>().lease;
    TimePoint const started = now;
    now += 4s;
    answer(lease);
    EXPECT_EQ(elector.leads_until(), started + 10s);
    EXPECT_TRUE(elector.leads(started + 10s - 1ns));
    EXPECT_FALSE(elector.leads(started + 10s));
}

TEST_F(ElectorTest, NeverLeadsByAnAnswerThatCameTooLate) {
    read(lease_of("", "then"));
    Lease const lease = step<UpdateLease>().lease;
    now += 10s;
    answer(lease);
    EXPECT_FALSE(leads());
    wait();
    read(lease);
    update();
    EXPECT_TRUE(leads());
}

TEST_F(ElectorTest, RetriesUntilTheRenewDeadlineAndThenCampaigns) {
    win();
    int attempts = 0;
    for (wait(); leads(); wait()) {
        step<UpdateLease>();
        fail();
        step<ReadLease>();
        fail();
        ++attempts;
    }
    EXPECT_EQ(attempts, 4);
    EXPECT_EQ(now, kStart + 10s);
    step<ReadLease>();
    EXPECT_EQ(elector.loss(), "no renewal within 10s: unreachable");
    answer(lease_of("me", kWallText));
    update();
    EXPECT_TRUE(leads());
    EXPECT_EQ(elector.trouble(), "");
}

TEST_F(ElectorTest, StopsLeadingWhenItSeesAnotherHolder) {
    win();
    wait();
    step<UpdateLease>();
    answer(LeaseConflict{});
    read(lease_of("other", "now"));
    EXPECT_FALSE(leads());
    EXPECT_EQ(elector.loss(), "other holds the lease");
    wait();
    step<ReadLease>();
}

TEST_F(ElectorTest, GivesNoRequestMoreTimeThanItsLeadershipHas) {
    EXPECT_EQ(step<ReadLease>().at_latest, kStart + 5s);
    answer(lease_of("", "then"));
    update();
    now = kStart + 7s;
    EXPECT_EQ(step<UpdateLease>().at_latest, kStart + 10s);
}

TEST_F(ElectorTest, GivesTheLeaseBack) {
    win();
    elector.release(now);
    EXPECT_FALSE(leads());
    EXPECT_EQ(elector.loss(), "released");
    LeaseRecord const expected{.holder = "",
                               .duration = 1s,
                               .acquire_time = kWallText,
                               .renew_time = kWallText,
                               .transitions = 5};
    EXPECT_EQ(update().record, expected);
    step<Finished>();
}

TEST_F(ElectorTest, GivesTheLeaseBackAtOnceAfterAConflict) {
    win();
    elector.release(now);
    step<UpdateLease>();
    answer(LeaseConflict{});
    Lease edited = lease_of("me", kWallText);
    edited.object["metadata"].as_object()["resourceVersion"] = "8";
    read(edited);
    EXPECT_EQ(update().object.at("metadata").at("resourceVersion"), "8");
    step<Finished>();
}

TEST_F(ElectorTest, GivesBackALeaseThatItMayHaveGotUnawares) {
    read(lease_of("", "then"));
    step<UpdateLease>();
    fail();
    elector.release(now);
    read(lease_of("me", kWallText));
    EXPECT_EQ(update().record.holder, "");
    step<Finished>();
}

TEST_F(ElectorTest, HasNothingToGiveBackOfAnothersLease) {
    read(lease_of("other", "then"));
    elector.release(now);
    step<Finished>();
}

TEST_F(ElectorTest, LeavesTheLeaseOfItsSuccessorAlone) {
    win();
    elector.release(now);
    step<UpdateLease>();
    answer(LeaseConflict{});
    read(lease_of("other", "now"));
    step<Finished>();
}

TEST_F(ElectorTest, GivesUpReleasingInTime) {
    win();
    elector.release(now);
    step<UpdateLease>();
    fail();
    TimePoint const until = kStart + limits::lease_release_timeout;
    for (wait(); now < until; wait()) {
        EXPECT_LE(step<ReadLease>().at_latest, until);
        fail();
    }
    EXPECT_EQ(now, until);
    step<Finished>();
}

}  // namespace
}  // namespace holdfast::controller::kube
