// Goal: what a fleet makes of tables that are refused, or read as others. Method: as in
// fleet_test.cpp.
#include "common/base/limits.hpp"
#include "tests/unit/push_server/fleet_fixture.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

TEST_F(FleetTest, IgnoresARefusalOfNothingUnderWay) {
    publish(numbered(1));
    bring_up_to_date();
    EXPECT_FALSE(fleet_.refuse(1, {77, "", {}}, kNow));
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::current);
}

TEST_F(FleetTest, OffersATableAgainAfterAWhileThatWasReadAsAnother) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const snapshot = decoded<push::Snapshot>(next());
    EXPECT_EQ(fleet_.acknowledge(1, {snapshot.nonce, "what-it-computed"}, kNow), Receipt::another);
    EXPECT_FALSE(next());
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::refused);
    EXPECT_TRUE(fleet_.next(1, kNow + limits::stale_source_wait));
}

TEST_F(FleetTest, OffersADeltaThatWasReadAsAnotherTableAsAWholeAtOnce) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(fleet_.acknowledge(1, {delta.nonce, "what-it-computed"}, kNow), Receipt::another);
    EXPECT_EQ(decoded<push::Snapshot>(next()).version.hash, numbered(2).version.hash);
}

TEST_F(FleetTest, ReturnsWhatWasRefusedAndIsSilentUntilThereIsAnotherTable) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const snapshot = decoded<push::Snapshot>(next());
    auto const refused =
        fleet_.refuse(1, {snapshot.nonce, "", {{"Route default/chat", "rules", "bad"}}}, kNow);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->version.hash, numbered(1).version.hash);
    EXPECT_FALSE(next());
    auto const status = fleet_.dataplanes().at(0);
    EXPECT_EQ(status.state, DataplaneState::refused);
    EXPECT_EQ(status.in_force, "");
    EXPECT_EQ(status.problems.size(), 1u);
    publish(numbered(2));
    EXPECT_EQ(next()->kind, FrameKind::snapshot);
}

TEST_F(FleetTest, OffersARefusedTableAgainAfterAWhile) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const snapshot = decoded<push::Snapshot>(next());
    ASSERT_TRUE(fleet_.refuse(1, {snapshot.nonce, "", {}}, kNow));
    TimePoint const later = kNow + limits::stale_source_wait;
    EXPECT_FALSE(fleet_.next(1, later - 1ms));
    auto const again = decoded<push::Snapshot>(fleet_.next(1, later));
    EXPECT_EQ(fleet_.acknowledge(1, {again.nonce, again.version.hash}, kNow), Receipt::noted);
    EXPECT_TRUE(fleet_.dataplanes().at(0).problems.empty());
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::current);
}

TEST_F(FleetTest, ForgetsARefusalOfATableThatCameIntoForceFromAnotherReplica) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    Problem const problem{"Route default/chat", "rules", "bad"};
    ASSERT_TRUE(fleet_.refuse(1, {delta.nonce, numbered(1).version.hash, {problem}}, kNow));
    EXPECT_EQ(fleet_.acknowledge(1, {0, numbered(2).version.hash}, kNow), Receipt::noted);
    EXPECT_TRUE(fleet_.dataplanes().at(0).problems.empty());
    publish(numbered(3));
    EXPECT_EQ(next()->kind, FrameKind::delta);
}

TEST_F(FleetTest, RemembersARefusalWhileAnotherTableThanTheRefusedOneIsInForce) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const snapshot = decoded<push::Snapshot>(next());
    Problem const problem{"Route default/chat", "rules", "bad"};
    ASSERT_TRUE(fleet_.refuse(1, {snapshot.nonce, "", {problem}}, kNow));
    EXPECT_EQ(fleet_.acknowledge(1, {0, "from-disk"}, kNow), Receipt::noted);
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::refused);
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, OffersARefusedDeltaAsAWholeTableAtOnceAndOnlyOnce) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    std::string const old = numbered(1).version.hash;
    ASSERT_TRUE(fleet_.refuse(1, {delta.nonce, old, {{"", "base", "unknown"}}}, kNow));
    auto const whole = decoded<push::Snapshot>(next());
    EXPECT_EQ(whole.version.hash, numbered(2).version.hash);
    ASSERT_TRUE(fleet_.refuse(1, {whole.nonce, old, {}}, kNow));
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, SendsNothingAfterARefusalWhenTheOldTableIsWantedAgain) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    ASSERT_TRUE(fleet_.refuse(1, {delta.nonce, numbered(1).version.hash, {}}, kNow));
    publish(numbered(1));
    EXPECT_FALSE(next());
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::current);
}

}  // namespace
}  // namespace holdfast::controller
