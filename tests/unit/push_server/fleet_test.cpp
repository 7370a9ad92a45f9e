// Goal: which frame a data plane gets when, in every order of what it may say. Method: the state
// machine is stepped by hand; frames are decoded by the protocol's own codec.
#include <gmock/gmock.h>

#include "tests/unit/push_server/fleet_fixture.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

TEST_F(FleetTest, SendsNothingBeforeTheFirstTable) {
    fleet_.connect(1, hello());
    EXPECT_FALSE(next());
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::waiting);
}

TEST_F(FleetTest, SendsTheWholeTableToADataPlaneWithNone) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const snapshot = decoded<push::Snapshot>(next());
    EXPECT_EQ(snapshot.version.hash, numbered(1).version.hash);
    EXPECT_NE(snapshot.nonce, 0u);
}

TEST_F(FleetTest, SendsTheTableToAStreamThatWaitedForIt) {
    fleet_.connect(1, hello());
    EXPECT_FALSE(next());
    publish(numbered(1));
    EXPECT_EQ(decoded<push::Snapshot>(next()).version.hash, numbered(1).version.hash);
}

TEST_F(FleetTest, SendsNothingOfAnotherGateway) {
    publish(publication(test::chat_table("default/other")));
    fleet_.connect(1, hello());
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, SaysSameOnceToADataPlaneThatHasTheTable) {
    publish(numbered(1));
    fleet_.connect(1, hello(numbered(1).version.hash));
    auto const outgoing = next();
    EXPECT_EQ(decoded<push::Same>(outgoing).hash, numbered(1).version.hash);
    EXPECT_LT(outgoing->text->size(), 100u);
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, SaysSameAfterARestartOverAnUnchangedClusterEvenWhenTheDataPlaneCameFirst) {
    fleet_.connect(1, hello(numbered(1).version.hash));
    EXPECT_FALSE(next());
    publish(numbered(1));
    EXPECT_EQ(decoded<push::Same>(next()).hash, numbered(1).version.hash);
    publish(numbered(2));
    EXPECT_EQ(decoded<push::DeltaFrame>(next()).base, numbered(1).version.hash);
}

TEST_F(FleetTest, SendsNothingWhenOnlyTheSourcesMoved) {
    publish(numbered(1));
    bring_up_to_date();
    Publication again = numbered(1);
    again.version.sources["websocketroutes"] = 7;
    publish(again);
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, SendsTheNewestSourcesWithTheNextTable) {
    Publication again = numbered(1);
    publish(again);
    again.version.sources["websocketroutes"] = 7;
    publish(again);
    fleet_.connect(1, hello());
    EXPECT_EQ(decoded<push::Snapshot>(next()).version.sources.at("websocketroutes"), 7u);
}

TEST_F(FleetTest, SendsADeltaOfExactlyWhatChanged) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(delta.base, numbered(1).version.hash);
    EXPECT_EQ(delta.version.hash, numbered(2).version.hash);
    EXPECT_TRUE(delta.delta.removes.empty());
    ASSERT_EQ(delta.delta.upserts.size(), 1u);
    auto const rebuilt = model::apply(*numbered(1).table, delta.delta);
    ASSERT_TRUE(rebuilt);
    EXPECT_TRUE(model::equal(*rebuilt, *numbered(2).table));
}

TEST_F(FleetTest, SendsTheWholeTableToAPeerWithoutTheDeltaFeature) {
    publish(numbered(1));
    push::Hello old = hello(numbered(1).version.hash);
    old.features.clear();
    fleet_.connect(1, old);
    EXPECT_EQ(next()->kind, FrameKind::same);
    publish(numbered(2));
    EXPECT_EQ(next()->kind, FrameKind::snapshot);
}

TEST_F(FleetTest, SendsTheWholeTableWhenWhatTheDataPlaneHasIsUnknown) {
    publish(numbered(1));
    fleet_.connect(1, hello("a-table-of-yesterday"));
    EXPECT_EQ(next()->kind, FrameKind::snapshot);
}

TEST_F(FleetTest, SendsADeltaToADataPlaneThatComesBackAfterMissingATable) {
    publish(numbered(1));
    bring_up_to_date();
    fleet_.disconnect(1);
    publish(numbered(2));
    fleet_.connect(2, hello(numbered(1).version.hash));
    EXPECT_EQ(decoded<push::DeltaFrame>(next(2)).base, numbered(1).version.hash);
}

TEST_F(FleetTest, ForgetsTablesBeyondItsHistory) {
    for (int n = 0; n <= static_cast<int>(Fleet::kHistory); ++n) {
        publish(numbered(n));
    }
    fleet_.connect(1, hello(numbered(0).version.hash));
    EXPECT_EQ(next()->kind, FrameKind::snapshot);
    fleet_.connect(2, hello(numbered(1).version.hash));
    EXPECT_EQ(next(2)->kind, FrameKind::delta);
}

TEST_F(FleetTest, HoldsBackWhileATableIsUnderWayAndThenSendsOnlyTheNewest) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    auto const first = decoded<push::Snapshot>(next());
    publish(numbered(2));
    publish(numbered(3));
    EXPECT_FALSE(next());
    EXPECT_EQ(fleet_.acknowledge(1, {first.nonce, first.version.hash}, kNow), Receipt::noted);
    auto const second = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(second.base, numbered(1).version.hash);
    EXPECT_EQ(second.version.hash, numbered(3).version.hash);
}

TEST_F(FleetTest, KnowsTheBaseOfADeltaEvenWhenTheHistoryHasForgottenIt) {
    publish(numbered(0));
    fleet_.connect(1, hello());
    auto const first = decoded<push::Snapshot>(next());
    for (int n = 1; n <= static_cast<int>(Fleet::kHistory) + 1; ++n) {
        publish(numbered(n));
    }
    EXPECT_EQ(fleet_.acknowledge(1, {first.nonce, first.version.hash}, kNow), Receipt::noted);
    EXPECT_EQ(next()->kind, FrameKind::delta);
}

TEST_F(FleetTest, SendsNothingWhenTheNewestTableIsTheOneJustAcknowledged) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    publish(numbered(3));
    publish(numbered(2));
    EXPECT_EQ(fleet_.acknowledge(1, {delta.nonce, delta.version.hash}, kNow), Receipt::noted);
    EXPECT_FALSE(next());
}

TEST_F(FleetTest, SharesOneEncodingAmongStreamsThatLackTheSame) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    fleet_.connect(2, hello());
    EXPECT_EQ(next(1)->text, next(2)->text);
}

TEST_F(FleetTest, IgnoresAnAcknowledgementOfNothingUnderWay) {
    publish(numbered(1));
    bring_up_to_date();
    EXPECT_EQ(fleet_.acknowledge(1, {77, "anything"}, kNow), Receipt::late);
    EXPECT_EQ(fleet_.dataplanes().at(0).in_force, numbered(1).version.hash);
}

TEST_F(FleetTest, IgnoresALateAcknowledgementWhileAnotherTableIsUnderWay) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    auto const delta = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(fleet_.acknowledge(1, {delta.nonce - 1, numbered(1).version.hash}, kNow),
              Receipt::late);
    EXPECT_EQ(fleet_.dataplanes().at(0).under_way, numbered(2).version.hash);
}

TEST_F(FleetTest, SendsNothingToADataPlaneThatTakesItsTablesElsewhere) {
    publish(numbered(1));
    fleet_.connect(1, hello("", false));
    EXPECT_FALSE(next());
    EXPECT_EQ(fleet_.acknowledge(1, {0, numbered(1).version.hash}, kNow), Receipt::noted);
    EXPECT_EQ(fleet_.dataplanes().at(0).state, DataplaneState::current);
}

TEST_F(FleetTest, ServesADataPlaneFromTheMomentItSubscribes) {
    publish(numbered(1));
    fleet_.connect(1, hello("", false));
    fleet_.subscribe(1, {numbered(1).version.hash});
    EXPECT_EQ(next()->kind, FrameKind::same);
    publish(numbered(2));
    EXPECT_EQ(next()->kind, FrameKind::delta);
}

TEST_F(FleetTest, StartsAnewWithAStreamThatReplacesOneWithATableUnderWay) {
    publish(numbered(1));
    fleet_.connect(1, hello());
    EXPECT_TRUE(next());
    fleet_.disconnect(1);
    fleet_.connect(2, hello());
    EXPECT_TRUE(next(2));
}

// --- Programmed --------------------------------------------------------------------------------

TEST_F(FleetTest, DoesNotKnowARouteThatTheTableDoesNotHave) {
    publish(numbered(1));
    EXPECT_EQ(fleet_.programming(kGateway, "default/none", kNow), Programming::not_offered);
    EXPECT_EQ(fleet_.programming("default/none", "default/chat", kNow), Programming::not_offered);
}

TEST_F(FleetTest, ReportsARouteWithoutAnyDataPlane) {
    publish(numbered(1));
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kHeard), Programming::no_dataplane);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard), Programming::no_dataplane);
}

TEST_F(FleetTest, WaitsForDataPlanesOnTheirWayBackToAGatewayWhoseFirstTableIsYoung) {
    publish(numbered(1));
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kHeard - 1ms), Programming::unheard);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard - 1ms), Programming::unheard);
    fleet_.connect(1, hello());
    EXPECT_EQ(fleet_.programming(kGateway, kHeard - 1ms), Programming::unheard);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kHeard), Programming::pending);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard), Programming::pending)
        << "it never took a table";
}

TEST_F(FleetTest, ReportsAGatewayAsProgrammedOnceEveryDataPlaneHasItsListeners) {
    publish(numbered(1));
    bring_up_to_date();
    EXPECT_EQ(fleet_.programming(kGateway, kNow), Programming::programmed);
    publish(numbered(2));
    EXPECT_EQ(fleet_.programming(kGateway, kHeard), Programming::programmed)
        << "endpoints come and go all the time";
    model::Table changed = *numbered(2).table;
    changed.listeners["another"] = changed.listeners.begin()->second;
    fleet_.publish(publication(changed), kHeard);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard), Programming::unheard);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard + Fleet::kStragglers), Programming::pending);
    auto const delta = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(fleet_.acknowledge(1, {delta.nonce, delta.version.hash}, kHeard), Receipt::noted);
    EXPECT_EQ(fleet_.programming(kGateway, kHeard), Programming::programmed);
}

TEST_F(FleetTest, HasNothingOfAGatewayWithoutATable) {
    EXPECT_EQ(fleet_.programming("default/none", kHeard), Programming::not_offered);
}

TEST_F(FleetTest, ReportsARouteAsProgrammedOnceEveryDataPlaneAcknowledgedIt) {
    publish(numbered(1));
    bring_up_to_date(1);
    fleet_.connect(2, hello());
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow), Programming::unheard);
    auto const snapshot = decoded<push::Snapshot>(next(2));
    EXPECT_EQ(fleet_.acknowledge(2, {snapshot.nonce, snapshot.version.hash}, kNow), Receipt::noted);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow), Programming::programmed);
}

TEST_F(FleetTest, ReportsARouteAsProgrammedOnOneDataPlaneAfterTheStragglersHadTheirTime) {
    publish(numbered(1));
    bring_up_to_date(1);
    fleet_.connect(2, hello());
    TimePoint const later = kNow + Fleet::kStragglers;
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", later - 1ms), Programming::unheard);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", later), Programming::programmed);
}

TEST_F(FleetTest, KeepsARouteProgrammedWhileATableThatDoesNotChangeItIsUnderWay) {
    publish(numbered(1));
    bring_up_to_date();
    publish(numbered(2));
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow), Programming::programmed);
}

TEST_F(FleetTest, DoesNotReportAChangedRouteAsProgrammedBeforeItsNewContentIsInForce) {
    publish(numbered(1));
    bring_up_to_date();
    model::Table changed = *numbered(1).table;
    changed.routes["default/chat"] = test::route("/talk");
    fleet_.publish(publication(changed), kNow + 1h);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow + 1h), Programming::unheard);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow + 1h + Fleet::kStragglers),
              Programming::pending);
    auto const delta = decoded<push::DeltaFrame>(next());
    EXPECT_EQ(fleet_.acknowledge(1, {delta.nonce, delta.version.hash}, kNow), Receipt::noted);
    EXPECT_EQ(fleet_.programming(kGateway, "default/chat", kNow + 1h), Programming::programmed);
}

}  // namespace
}  // namespace holdfast::controller
