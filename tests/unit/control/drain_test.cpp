// Goal: every transition of the drain, and what it orders in every state.
// Method: the machine driven by hand with times of its own; no clock, no process.
#include "dataplane/control/drain.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace holdfast::control {

// How GoogleTest shows them.
void PrintTo(DrainState state, std::ostream* out) { *out << to_string(state); }
void PrintTo(DrainOrders const& orders, std::ostream* out) {
    *out << "ready " << orders.ready << ", refuse_new " << orders.refuse_new << ", close_by "
         << (orders.close_by ? orders.close_by->time_since_epoch().count() : 0) << ", exit "
         << orders.exit;
}

namespace {

using namespace std::chrono_literals;

constexpr auto kDelay = 15s;
constexpr auto kTimeout = 300s;
constexpr std::size_t kSome = 7;
TimePoint const t0{1000s};

class DrainTest : public ::testing::Test {
protected:
    [[nodiscard]] DrainState state() const { return drain_.state(); }
    [[nodiscard]] DrainOrders orders() const { return drain_.orders(); }
    void tick(std::chrono::seconds since_t0, std::size_t connections) {
        drain_.on_tick(t0 + since_t0, connections);
    }

    Drain drain_{DrainTimes{.delay = kDelay, .timeout = kTimeout}};
};

DrainOrders const kServing{};
DrainOrders const kRefusing{.ready = false, .refuse_new = true, .close_by = {}, .exit = false};
DrainOrders const kGone{.ready = false, .refuse_new = true, .close_by = {}, .exit = true};
DrainOrders closing_by(TimePoint deadline) {
    return {.ready = false, .refuse_new = true, .close_by = deadline, .exit = false};
}

TEST_F(DrainTest, ServesUntilItIsToldOtherwise) {
    tick(1000s, 0);
    EXPECT_EQ(state(), DrainState::serving);
    EXPECT_EQ(orders(), kServing);
}

// --- SIGTERM -----------------------------------------------------------------------------------

TEST_F(DrainTest, StaysReadyAndAcceptsThroughTheDelayAfterSigterm) {
    drain_.on_signal(t0);
    tick(kDelay - 1s, 0);
    EXPECT_EQ(state(), DrainState::announced);
    EXPECT_EQ(orders(), kServing);
}

TEST_F(DrainTest, RefusesAndClosesByTheDeadlineOnceTheDelayIsPast) {
    drain_.on_signal(t0);
    tick(kDelay, kSome);
    EXPECT_EQ(state(), DrainState::closing);
    EXPECT_EQ(orders(), closing_by(t0 + kDelay + kTimeout));
}

TEST_F(DrainTest, EndsTheProcessWhenItIsEmptyAfterTheDelay) {
    drain_.on_signal(t0);
    tick(kDelay, kSome);
    tick(kDelay + 1s, 0);
    EXPECT_EQ(state(), DrainState::done);
    EXPECT_EQ(orders(), kGone);
}

TEST_F(DrainTest, EndsTheProcessRightAfterTheDelayWhenItWasEmptyAllAlong) {
    drain_.on_signal(t0);
    tick(kDelay, 0);
    EXPECT_EQ(state(), DrainState::done);
}

TEST_F(DrainTest, EndsTheProcessShortlyAfterTheDeadlineWhateverIsLeft) {
    drain_.on_signal(t0);
    tick(kDelay, kSome);
    tick(kDelay + kTimeout, kSome);
    EXPECT_EQ(state(), DrainState::closing);
    tick(kDelay + kTimeout + Drain::kCutTimeout, kSome);
    EXPECT_EQ(state(), DrainState::done);
}

TEST_F(DrainTest, ReachesTheEndWhenTheFirstTickComesLate) {
    drain_.on_signal(t0);
    tick(kDelay + kTimeout + 100s, kSome);
    EXPECT_EQ(state(), DrainState::done);
}

TEST_F(DrainTest, HurriesOnTheSecondSigtermDuringTheDelay) {
    drain_.on_signal(t0);
    drain_.on_signal(t0 + 3s);
    tick(3s, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + 8s));
}

TEST_F(DrainTest, HurriesOnTheSecondSigtermWhileClosing) {
    drain_.on_signal(t0);
    tick(kDelay, kSome);
    drain_.on_signal(t0 + 60s);
    EXPECT_EQ(orders(), closing_by(t0 + 65s));
}

TEST_F(DrainTest, NeverPutsTheDeadlineOff) {
    drain_.on_signal(t0);
    drain_.on_signal(t0 + 3s);
    drain_.on_signal(t0 + 6s);
    tick(6s, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + 8s));
}

TEST_F(DrainTest, StaysDone) {
    drain_.on_signal(t0);
    tick(kDelay, 0);
    drain_.on_signal(t0 + 20s);
    drain_.on_drain_request(t0 + 20s);
    tick(21s, kSome);
    EXPECT_FALSE(drain_.on_undrain_request());
    EXPECT_EQ(state(), DrainState::done);
}

// --- POST /drain -------------------------------------------------------------------------------

TEST_F(DrainTest, IsUnreadyAtOnceButAcceptsThroughTheDelayOnRequest) {
    drain_.on_drain_request(t0);
    tick(kDelay - 1s, 0);
    EXPECT_EQ(state(), DrainState::announced);
    EXPECT_FALSE(orders().ready);
    EXPECT_FALSE(orders().refuse_new);
}

TEST_F(DrainTest, ClosesByTheSameDeadlineOnRequest) {
    drain_.on_drain_request(t0);
    tick(kDelay, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + kDelay + kTimeout));
}

TEST_F(DrainTest, StaysAliveAndUnreadyWhenItIsEmptyAfterARequest) {
    drain_.on_drain_request(t0);
    tick(kDelay, kSome);
    tick(kDelay + 1s, 0);
    EXPECT_EQ(state(), DrainState::drained);
    tick(5000s, 0);
    EXPECT_EQ(orders(), kRefusing);
}

TEST_F(DrainTest, CountsTheFirstRequestOnly) {
    drain_.on_drain_request(t0);
    drain_.on_drain_request(t0 + 10s);
    tick(kDelay, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + kDelay + kTimeout));
}

TEST_F(DrainTest, GoesOnServingWhenARequestIsTakenBackDuringTheDelay) {
    drain_.on_drain_request(t0);
    EXPECT_TRUE(drain_.on_undrain_request());
    tick(kDelay + 1s, kSome);
    EXPECT_EQ(orders(), kServing);
}

TEST_F(DrainTest, GoesOnServingWhenARequestIsTakenBackWhileClosing) {
    drain_.on_drain_request(t0);
    tick(kDelay, kSome);
    EXPECT_TRUE(drain_.on_undrain_request());
    EXPECT_EQ(orders(), kServing);
}

TEST_F(DrainTest, GoesOnServingWhenARequestIsTakenBackAfterItWasCarriedOut) {
    drain_.on_drain_request(t0);
    tick(kDelay, 0);
    EXPECT_TRUE(drain_.on_undrain_request());
    EXPECT_EQ(state(), DrainState::serving);
}

TEST_F(DrainTest, MayBeRequestedAgainAfterItWasTakenBack) {
    drain_.on_drain_request(t0);
    EXPECT_TRUE(drain_.on_undrain_request());
    drain_.on_drain_request(t0 + 100s);
    tick(100s + kDelay, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + 100s + kDelay + kTimeout));
}

TEST_F(DrainTest, HasNothingToTakeBackWhileItServes) {
    EXPECT_TRUE(drain_.on_undrain_request());
    EXPECT_EQ(orders(), kServing);
}

// --- both --------------------------------------------------------------------------------------

TEST_F(DrainTest, RefusesToBeTakenBackAfterSigterm) {
    drain_.on_signal(t0);
    EXPECT_FALSE(drain_.on_undrain_request());
    tick(kDelay, kSome);
    EXPECT_EQ(state(), DrainState::closing);
}

TEST_F(DrainTest, KeepsTheRequestsDeadlineWhenSigtermFollows) {
    drain_.on_drain_request(t0);
    drain_.on_signal(t0 + 10s);
    EXPECT_FALSE(orders().ready);
    tick(kDelay, kSome);
    EXPECT_EQ(orders(), closing_by(t0 + kDelay + kTimeout));
    tick(kDelay + 1s, 0);
    EXPECT_EQ(state(), DrainState::done);
}

TEST_F(DrainTest, EndsAtOnceOnSigtermWhenARequestHasDrainedIt) {
    drain_.on_drain_request(t0);
    tick(kDelay, 0);
    drain_.on_signal(t0 + 60s);
    EXPECT_EQ(orders(), kGone);
}

TEST_F(DrainTest, StaysReadyThroughTheDelayWhenARequestFollowsSigterm) {
    drain_.on_signal(t0);
    drain_.on_drain_request(t0 + 1s);
    EXPECT_TRUE(orders().ready);
}

}  // namespace
}  // namespace holdfast::control
