// Goal: from the tables that are wanted to the ones that data planes end up with, whatever they
// refuse. Method: single steps; publisher_walk_test.cpp takes them in every order.
#include "controller/push/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "common/base/limits.hpp"
#include "tests/support/tables.hpp"
#include "tests/unit/push_server/publisher_input.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using test::kGateway;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TimePoint const kNow{1h};

std::vector<std::string> messages(std::vector<Notice> const& notices) {
    std::vector<std::string> result;
    for (Notice const& notice : notices) {
        result.push_back(notice.message);
    }
    return result;
}

/// The frame that is due on a stream; fails the test when there is none.
push::Snapshot due_snapshot(Publisher& publisher, StreamId stream) {
    auto const outgoing = publisher.next(stream, kNow);
    if (!outgoing) {
        ADD_FAILURE() << "nothing to send";
        return {};
    }
    auto const frame = push::decode_to_dataplane(*outgoing->text);
    return std::get<push::Snapshot>(**frame);
}

TEST(Publisher, OffersTheHashAndTheSourcesOfATable) {
    Publisher publisher;
    EXPECT_THAT(publisher.publish(tables(test::chat_table()), {{"services", 4}}, kNow), IsEmpty());
    ASSERT_THAT(publisher.offers(), SizeIs(1));
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::chat_table()));
    EXPECT_EQ(publisher.offers()[0].version.sources.at("services"), 4u);
}

TEST(Publisher, AdvancesTheSourcesOfItsTablesAndSendsNothing) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {{"services", 4}}, kNow);
    publisher.connect(1, hello(model::content_hash(test::chat_table())), kNow);
    EXPECT_EQ(publisher.next(1, kNow)->kind, FrameKind::same);
    publisher.advance({{"services", 5}}, kNow);
    EXPECT_EQ(publisher.offers()[0].version.sources.at("services"), 5u);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::chat_table()));
    EXPECT_FALSE(publisher.next(1, kNow).has_value());
}

TEST(Publisher, DoesNotAdvanceTheTableOfAGatewayThatIsGone) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {{"services", 4}}, kNow);
    publisher.publish({}, {{"services", 5}}, kNow);
    publisher.advance({{"services", 6}}, kNow);
    EXPECT_EQ(publisher.offers()[0].version.sources.at("services"), 4u);
}

TEST(Publisher, KeepsTheTableOfAGatewayThatIsGoneAndSaysSoOnce) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    EXPECT_THAT(messages(publisher.publish({}, {}, kNow)),
                ElementsAre("gateway is gone, its last table stays in force"));
    EXPECT_THAT(publisher.publish({}, {}, kNow), IsEmpty());
    EXPECT_TRUE(publisher.offers()[0].gone);
    publisher.connect(1, hello(""), kNow);
    EXPECT_EQ(due_snapshot(publisher, 1).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, TakesTheNewTableOfAGatewayThatIsBack) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.publish({}, {}, kNow);
    EXPECT_THAT(messages(publisher.publish(tables(test::table()), {}, kNow)),
                ElementsAre("gateway is back"));
    EXPECT_FALSE(publisher.offers()[0].gone);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::table()));
}

TEST(Publisher, TellsOnceOfAnObjectThatIsNotValid) {
    model::Table wanted = test::chat_table();
    wanted.routes["default/talk"] = test::route("no-slash");
    Publisher publisher;
    auto const notices = publisher.publish(tables(wanted), {}, kNow);
    ASSERT_THAT(messages(notices), ElementsAre("object quarantined"));
    EXPECT_EQ(notices[0].object, "Route default/talk");
    EXPECT_THAT(publisher.publish(tables(wanted), {}, kNow), IsEmpty());
    wanted.routes["default/talk"] = test::route("/talk");
    EXPECT_THAT(messages(publisher.publish(tables(wanted), {}, kNow)),
                ElementsAre("object released from quarantine"));
}

TEST(Publisher, HoldsATableThatStaysInvalidAndKeepsTheLast) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    // Its key is good, so that it replaces the first; the table itself names no Gateway.
    model::Table bad = test::table();
    bad.gateway = "nonsense";
    Tables wanted;
    wanted.emplace(kGateway, bad);
    EXPECT_THAT(messages(publisher.publish(wanted, {}, kNow)),
                ElementsAre("table is not valid, the last one stays"));
    EXPECT_THAT(publisher.publish(wanted, {}, kNow), IsEmpty());
    EXPECT_THAT(publisher.offers()[0].held, SizeIs(1));
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, PushesTheRestWhenADataPlaneRefusesAnObject) {
    model::Table wanted = test::chat_table();
    wanted.routes["default/talk"] = test::route("/talk");
    Publisher publisher;
    publisher.publish(tables(wanted), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    auto const notices =
        publisher.refuse(1, {first.nonce, "", {{"Route default/talk", "rules[0]", "no"}}}, kNow);
    EXPECT_THAT(messages(notices), ElementsAre("object quarantined"));
    EXPECT_EQ(due_snapshot(publisher, 1).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, OffersATableAgainLaterWhenTheRefusalNamesNoObject) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    EXPECT_THAT(messages(publisher.refuse(1, {first.nonce, "", {{"", "", "no memory"}}}, kNow)),
                ElementsAre("table refused, offered again later"));
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_TRUE(publisher.next(1, kNow + limits::stale_source_wait));
}

TEST(Publisher, LeavesAloneADataPlaneThatRefusesWhatAnotherServes) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello(""), kNow);
    auto const healthy = due_snapshot(publisher, 1);
    publisher.acknowledge(1, {healthy.nonce, healthy.version.hash}, kNow);
    auto const broken = due_snapshot(publisher, 2);
    std::vector<Problem> const problems{{"Listener ws", "port", "in use"}};
    EXPECT_THAT(messages(publisher.refuse(2, {broken.nonce, "", problems}, kNow)),
                ElementsAre("table refused, offered again later"));
    EXPECT_THAT(publisher.offers()[0].quarantine, IsEmpty());
    EXPECT_FALSE(publisher.next(1, kNow));
    auto const status = publisher.fleet().dataplanes();
    EXPECT_EQ(status.at(0).state, DataplaneState::current);
    EXPECT_EQ(status.at(1).state, DataplaneState::refused);
    EXPECT_TRUE(publisher.next(2, kNow + limits::stale_source_wait));
}

TEST(Publisher, TakesAnObjectBackWhenTheOtherDataPlaneAnswersOnlyAfterTheRefusal) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello(""), kNow);
    auto const slow = due_snapshot(publisher, 1);
    auto const broken = due_snapshot(publisher, 2);
    publisher.refuse(2, {broken.nonce, "", {{"Route default/chat", "", "no"}}}, kNow);
    EXPECT_THAT(messages(publisher.acknowledge(1, {slow.nonce, slow.version.hash}, kNow)),
                ElementsAre("object released from quarantine"));
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_EQ(publisher.fleet().dataplanes().at(0).state, DataplaneState::current);
}

TEST(Publisher, OffersAnObjectAgainOnceTheDataPlaneThatRefusedItIsGone) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello("", false), kNow);
    auto const first = due_snapshot(publisher, 1);
    publisher.refuse(1, {first.nonce, "", {{"Route default/chat", "", "no"}}}, kNow);
    EXPECT_THAT(messages(publisher.disconnect(1, kNow)),
                ElementsAre("object released from quarantine"));
    publisher.subscribe(2, {""}, kNow);
    EXPECT_EQ(due_snapshot(publisher, 2).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, TellsOfADataPlaneThatReadsAnotherTable) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    EXPECT_THAT(messages(publisher.acknowledge(1, {first.nonce, "another"}, kNow)),
                ElementsAre("data plane reads another table than was sent"));
}

TEST(Publisher, SaysNothingOfALateRefusal) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    EXPECT_THAT(publisher.refuse(1, {99, "", {{"Route default/chat", "", "no"}}}, kNow), IsEmpty());
    EXPECT_THAT(publisher.offers()[0].quarantine, IsEmpty());
}

TEST(Publisher, KeepsTheLastGoodVersionOfWhatADataPlaneRefuses) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    std::string const good = model::content_hash(test::chat_table());
    publisher.connect(1, hello(good), kNow);
    (void)publisher.next(1, kNow);
    model::Table wanted = test::chat_table();
    wanted.routes["default/chat"] = test::route("/next");
    publisher.publish(tables(wanted), {}, kNow);
    auto const frame = push::decode_to_dataplane(*publisher.next(1, kNow)->text);
    auto const delta = std::get<push::DeltaFrame>(**frame);
    std::vector<Problem> const problems{{"Route default/chat", "rules[0]", "no"}};
    EXPECT_THAT(messages(publisher.refuse(1, {delta.nonce, good, problems}, kNow)),
                ElementsAre("object quarantined, its last good version stays"));
    // So that nothing moves, and no session ends.
    EXPECT_EQ(publisher.offers()[0].version.hash, good);
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_EQ(publisher.fleet().dataplanes().at(0).state, DataplaneState::current);
}

// --- a young controller ------------------------------------------------------------------------

model::Table with_routes(int count) {
    model::Table table = test::table();
    for (int i = 0; i < count; ++i) {
        std::string const name = "r" + std::to_string(i);
        table.routes["default/" + name] = test::route("/" + name);
    }
    return table;
}

TEST(YoungPublisher, HoldsATableThatDeletesMostRoutes) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    EXPECT_THAT(messages(publisher.publish(tables(with_routes(2)), {}, kNow + 1s)),
                ElementsAre("table deletes most routes, the last one stays for now"));
    ASSERT_THAT(publisher.offers()[0].held, SizeIs(1));
    EXPECT_THAT(publisher.offers()[0].held[0].message, ::testing::HasSubstr("4 of 6 routes"));
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(6)));
    EXPECT_THAT(publisher.publish(tables(with_routes(2)), {}, kNow + 2s), IsEmpty());
}

TEST(YoungPublisher, OffersAHeldTableOnceItIsOlder) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    publisher.publish(tables(with_routes(0)), {}, kNow + 1s);
    EXPECT_THAT(publisher.tick(kNow + Publisher::kYouth - 1ms), IsEmpty());
    EXPECT_THAT(messages(publisher.tick(kNow + Publisher::kYouth)),
                ElementsAre("table is not held any more"));
    EXPECT_THAT(publisher.offers()[0].held, IsEmpty());
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(0)));
    EXPECT_THAT(publisher.tick(kNow + Publisher::kYouth), IsEmpty());
}

TEST(YoungPublisher, OffersATableWhoseRoutesAreBack) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    publisher.publish(tables(with_routes(0)), {}, kNow + 1s);
    publisher.publish(tables(with_routes(5)), {}, kNow + 2s);
    EXPECT_THAT(publisher.offers()[0].held, IsEmpty());
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(5)));
}

TEST(YoungPublisher, StillPutsAwayWhatIsRefusedOfTheTableThatStays) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const sent = due_snapshot(publisher, 1);
    publisher.publish(tables(with_routes(0)), {}, kNow + 1s);

    publisher.refuse(1, {sent.nonce, "", {{"Route default/r0", "", "no"}}}, kNow + 2s);

    model::Table rest = with_routes(6);
    rest.routes.erase("default/r0");
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(rest));
    EXPECT_THAT(publisher.offers()[0].held, SizeIs(1));
}

TEST(YoungPublisher, LetsHalfOfTheRoutesGoAndAnyTwo) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    publisher.publish(tables(with_routes(3)), {}, kNow);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(3)));
    publisher.publish(tables(with_routes(2)), {}, kNow);
    publisher.publish(tables(with_routes(0)), {}, kNow);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(0)));
}

TEST(Publisher, DeletesWhatItIsToldToAfterAMinute) {
    Publisher publisher(kNow);
    publisher.publish(tables(with_routes(6)), {}, kNow);
    publisher.publish(tables(with_routes(0)), {}, kNow + Publisher::kYouth);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(with_routes(0)));
}

}  // namespace
}  // namespace holdfast::controller
