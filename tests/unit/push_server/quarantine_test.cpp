// Goal: what is left out, what that costs the rest, and when it comes back. Method: tables with one
// fault each.
#include "controller/push/quarantine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/certificate.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

std::vector<Problem> const kBadChat{{"Route default/chat", "rules[0]", "refused"}};

model::Table two_routes() {
    model::Table table = test::chat_table();
    table.routes["default/talk"] = test::route("/talk");
    return table;
}

model::Table admitted(Quarantine& quarantine, model::Table const& wanted) {
    auto result = quarantine.admit(wanted);
    EXPECT_TRUE(result.has_value());
    return result ? *std::move(result) : model::Table();
}

/// Stream 1 refuses `table`, and nobody else has anything in force. True when something is put
/// away.
bool refuse(Quarantine& quarantine, model::Table const& table,
            std::vector<Problem> const& problems) {
    quarantine.refuse(1, table, problems);
    return quarantine.review({});
}

std::shared_ptr<model::Table const> shared(model::Table table) {
    return std::make_shared<model::Table const>(std::move(table));
}

TEST(Quarantine, LetsAGoodTableThroughUntouched) {
    Quarantine quarantine;
    EXPECT_TRUE(model::equal(admitted(quarantine, two_routes()), two_routes()));
    EXPECT_THAT(quarantine.entries(), IsEmpty());
}

TEST(Quarantine, LeavesOutWhatValidationRefusesAndNothingElse) {
    model::Table wanted = two_routes();
    wanted.routes["default/talk"] = test::route("no-slash");
    Quarantine quarantine;
    EXPECT_TRUE(model::equal(admitted(quarantine, wanted), test::chat_table()));
    ASSERT_EQ(quarantine.entries().size(), 1u);
    EXPECT_EQ(quarantine.entries()[0].object, "Route default/talk");
    EXPECT_EQ(quarantine.entries()[0].found_by, FoundBy::validation);
    EXPECT_FALSE(quarantine.entries()[0].problems.empty());
}

TEST(Quarantine, LeavesOutWhatADataPlaneRefused) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    EXPECT_TRUE(refuse(quarantine, sent, kBadChat));
    model::Table const rest = admitted(quarantine, two_routes());
    EXPECT_FALSE(rest.routes.contains("default/chat"));
    EXPECT_TRUE(rest.routes.contains("default/talk"));
    EXPECT_THAT(quarantine.entries(),
                ElementsAre(Quarantined{"Route default/chat", FoundBy::dataplane, kBadChat}));
}

TEST(Quarantine, KeepsARefusedObjectOutWhileOthersChange) {
    Quarantine quarantine;
    model::Table wanted = two_routes();
    refuse(quarantine, admitted(quarantine, wanted), kBadChat);
    wanted.routes["default/talk"] = test::route("/speak");
    EXPECT_FALSE(admitted(quarantine, wanted).routes.contains("default/chat"));
}

TEST(Quarantine, ReleasesARefusedObjectWhenItsContentChanges) {
    Quarantine quarantine;
    model::Table wanted = two_routes();
    refuse(quarantine, admitted(quarantine, wanted), kBadChat);
    wanted.routes["default/chat"] = test::route("/chat2");
    EXPECT_TRUE(model::equal(admitted(quarantine, wanted), wanted));
    EXPECT_THAT(quarantine.entries(), IsEmpty());
}

TEST(Quarantine, ForgetsARefusedObjectThatWasDeletedAndMadeAgain) {
    Quarantine quarantine;
    model::Table wanted = two_routes();
    refuse(quarantine, admitted(quarantine, wanted), kBadChat);
    wanted.routes.erase("default/chat");
    EXPECT_THAT(admitted(quarantine, wanted).routes, ::testing::SizeIs(1));
    EXPECT_THAT(admitted(quarantine, two_routes()).routes, ::testing::SizeIs(2));
}

TEST(Quarantine, DoesNotJudgeAChangedObjectByAnOldRefusal) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    model::Table newer = two_routes();
    newer.routes["default/chat"] = test::route("/chat2");
    EXPECT_TRUE(model::equal(admitted(quarantine, newer), newer));
    EXPECT_FALSE(refuse(quarantine, sent, kBadChat));
    EXPECT_TRUE(model::equal(admitted(quarantine, newer), newer));
}

TEST(Quarantine, PutsNothingAwayForProblemsThatNameNoObjectOfTheTable) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    EXPECT_FALSE(refuse(quarantine, sent,
                        {{"", "", "out of memory"},
                         {"Table", "gateway", "?"},
                         {"Route default/none", "", "?"},
                         {"Mystery default/chat", "", "?"}}));
    EXPECT_TRUE(model::equal(admitted(quarantine, two_routes()), two_routes()));
}

TEST(Quarantine, AnswersForARefusedBackendWithItsShareOnly) {
    model::Table wanted = two_routes();
    wanted.backends["default/other:80"] = test::backend(9001);
    wanted.routes["default/talk"] = test::route("/talk", "default/other:80");
    Quarantine quarantine;
    refuse(quarantine, admitted(quarantine, wanted), {{"Backend default/other:80", "", "refused"}});
    model::Table const rest = admitted(quarantine, wanted);
    EXPECT_FALSE(rest.backends.contains("default/other:80"));
    ASSERT_TRUE(rest.routes.contains("default/talk"));
    EXPECT_FALSE(rest.routes.at("default/talk")->rules[0].backends[0].valid);
    EXPECT_EQ(rest.routes.at("default/chat"), wanted.routes.at("default/chat"));
}

TEST(Quarantine, TakesTheAttachmentsOfARefusedListenerAlong) {
    model::Table wanted = two_routes();
    model::Listener other;
    other.name = "other";
    other.port = 8081;
    wanted.listeners["other"] = std::make_shared<model::Listener const>(other);
    auto both = std::make_shared<model::Route>(*wanted.routes["default/talk"]);
    both->attachments.push_back({"other", {""}});
    wanted.routes["default/talk"] = both;
    Quarantine quarantine;
    refuse(quarantine, admitted(quarantine, wanted), {{"Listener ws", "port", "in use"}});
    model::Table const rest = admitted(quarantine, wanted);
    EXPECT_FALSE(rest.routes.contains("default/chat"));
    ASSERT_TRUE(rest.routes.contains("default/talk"));
    EXPECT_THAT(rest.routes.at("default/talk")->attachments,
                ElementsAre(Field(&model::Attachment::listener, "other")));
}

TEST(Quarantine, LeavesOutAnInvalidCertificateButNotTheListenerThatHasNoOther) {
    model::Table wanted = test::chat_table();
    wanted.certificates["default/tls"] =
        std::make_shared<model::Certificate const>(model::Certificate{"not a chain", "not a key"});
    model::Listener secure;
    secure.name = "wss";
    secure.port = 8443;
    secure.protocol = model::ListenerProtocol::https;
    secure.certificates = {"default/tls"};
    wanted.listeners["wss"] = std::make_shared<model::Listener const>(secure);
    Quarantine quarantine;

    model::Table const rest = admitted(quarantine, wanted);

    EXPECT_TRUE(rest.certificates.empty());
    ASSERT_TRUE(rest.listeners.contains("wss"));
    EXPECT_THAT(rest.listeners.at("wss")->certificates, ElementsAre());
    EXPECT_THAT(quarantine.entries(),
                ElementsAre(Field(&Quarantined::object, "Certificate default/tls")));
}

TEST(Quarantine, DoesNotReleaseARouteBecauseItsBackendWasLeftOutAround) {
    // The refused route is not the wanted one but that one with an invalid share; it must stay
    // out all the same, or the same table would be pushed and refused for ever.
    model::Table const wanted = two_routes();
    Quarantine quarantine;
    refuse(quarantine, admitted(quarantine, wanted), {{"Backend default/echo:80", "", "refused"}});
    refuse(quarantine, admitted(quarantine, wanted), kBadChat);
    model::Table const rest = admitted(quarantine, wanted);
    EXPECT_FALSE(rest.routes.contains("default/chat"));
    EXPECT_FALSE(rest.backends.contains("default/echo:80"));
}

// --- the last good version ---------------------------------------------------------------------

/// The same with chat's next version, which data planes refuse or validation does.
model::Table with_chat(std::string prefix) {
    model::Table table = two_routes();
    table.routes["default/chat"] = test::route(std::move(prefix));
    return table;
}

TEST(Quarantine, KeepsTheLastGoodVersionOfWhatValidationRefuses) {
    Quarantine quarantine;
    (void)admitted(quarantine, two_routes());
    EXPECT_TRUE(model::equal(admitted(quarantine, with_chat("no-slash")), two_routes()));
    ASSERT_EQ(quarantine.entries().size(), 1u);
    EXPECT_EQ(quarantine.entries()[0].standby, Standby::last_good);
    EXPECT_TRUE(model::equal(admitted(quarantine, with_chat("no-slash-either")), two_routes()));
    EXPECT_TRUE(model::equal(admitted(quarantine, with_chat("/good")), with_chat("/good")));
}

TEST(Quarantine, KeepsTheVersionInForceOfWhatADataPlaneRefuses) {
    Quarantine quarantine;
    model::Table const before = admitted(quarantine, two_routes());
    model::Table const sent = admitted(quarantine, with_chat("/next"));
    quarantine.refuse(1, sent, kBadChat);
    EXPECT_TRUE(quarantine.review({{1, shared(before)}}));
    EXPECT_TRUE(model::equal(admitted(quarantine, with_chat("/next")), before));
    EXPECT_THAT(quarantine.entries(),
                ElementsAre(Quarantined{"Route default/chat", FoundBy::dataplane, kBadChat,
                                        Standby::last_good}));
}

TEST(Quarantine, KeepsTheVersionOfTheOthersWhenADataPlaneWithoutATableRefuses) {
    Quarantine quarantine;
    model::Table const before = admitted(quarantine, two_routes());
    model::Table const sent = admitted(quarantine, with_chat("/next"));
    quarantine.refuse(1, sent, kBadChat);
    ASSERT_TRUE(quarantine.review({{2, shared(before)}}));
    EXPECT_TRUE(model::equal(admitted(quarantine, with_chat("/next")), before));
    // Nor is it taken from them when the first refuses that one as well.
    quarantine.refuse(1, before, kBadChat);
    EXPECT_FALSE(quarantine.review({{2, shared(before)}}));
    // Once nobody serves it, the rest is what counts.
    EXPECT_TRUE(quarantine.review({}));
    EXPECT_FALSE(admitted(quarantine, with_chat("/next")).routes.contains("default/chat"));
}

TEST(Quarantine, LeavesOutALastGoodVersionThatDoesNotFitTheRestAnyMore) {
    Quarantine quarantine;
    (void)admitted(quarantine, two_routes());
    model::Table wanted = with_chat("no-slash");
    wanted.backends.erase("default/echo:80");
    wanted.backends["default/new:80"] = test::backend(9002);
    wanted.routes["default/talk"] = test::route("/talk", "default/new:80");
    model::Table const rest = admitted(quarantine, wanted);
    EXPECT_FALSE(rest.routes.contains("default/chat"));
    EXPECT_TRUE(rest.routes.contains("default/talk"));
    EXPECT_EQ(quarantine.entries().at(0).standby, Standby::nothing);
}

TEST(Quarantine, DropsTheLastGoodVersionWithTheObject) {
    Quarantine quarantine;
    (void)admitted(quarantine, two_routes());
    (void)admitted(quarantine, with_chat("no-slash"));
    model::Table wanted = two_routes();
    wanted.routes.erase("default/chat");
    EXPECT_TRUE(model::equal(admitted(quarantine, wanted), wanted));
    EXPECT_THAT(quarantine.entries(), IsEmpty());
}

TEST(Quarantine, KeepsTheListenerOfACertificateWhoseNextVersionIsRefused) {
    model::Listener secure;
    secure.name = "wss";
    secure.port = 8443;
    secure.protocol = model::ListenerProtocol::https;
    secure.certificates = {"default/tls"};
    model::Table before = test::chat_table();
    before.listeners["wss"] = std::make_shared<model::Listener const>(secure);
    before.certificates["default/tls"] =
        std::make_shared<model::Certificate const>(test::make_certificate("chat.example"));
    Quarantine quarantine;
    ASSERT_TRUE(model::equal(admitted(quarantine, before), before));
    model::Table wanted = before;
    wanted.certificates["default/tls"] =
        std::make_shared<model::Certificate const>(model::Certificate{"not a chain", "not a key"});
    EXPECT_TRUE(model::equal(admitted(quarantine, wanted), before));
}

// --- whose fault it is -------------------------------------------------------------------------

TEST(Quarantine, PutsNothingAwayThatAnotherDataPlaneHasInForce) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    quarantine.refuse(1, sent, kBadChat);
    EXPECT_FALSE(quarantine.review({{2, shared(sent)}}));
    EXPECT_TRUE(model::equal(admitted(quarantine, two_routes()), two_routes()));
}

TEST(Quarantine, PutsAwayWhatEveryDataPlaneThatHasItRefuses) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    quarantine.refuse(1, sent, kBadChat);
    quarantine.refuse(2, sent, kBadChat);
    EXPECT_TRUE(quarantine.review({{1, shared(sent)}, {2, shared(sent)}}));
    EXPECT_FALSE(admitted(quarantine, two_routes()).routes.contains("default/chat"));
}

TEST(Quarantine, ReleasesAnObjectThatAnotherDataPlaneTurnsOutToHaveInForce) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    ASSERT_TRUE(refuse(quarantine, sent, kBadChat));
    (void)admitted(quarantine, two_routes());
    EXPECT_TRUE(quarantine.review({{2, shared(sent)}}));
    EXPECT_TRUE(model::equal(admitted(quarantine, two_routes()), two_routes()));
}

TEST(Quarantine, PutsAnObjectAwayOnceTheOtherDataPlaneIsGone) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    quarantine.refuse(1, sent, kBadChat);
    ASSERT_FALSE(quarantine.review({{2, shared(sent)}}));
    EXPECT_TRUE(quarantine.review({}));
    EXPECT_FALSE(admitted(quarantine, two_routes()).routes.contains("default/chat"));
}

TEST(Quarantine, ReleasesAnObjectOnceNobodyConnectedRefusesIt) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    quarantine.refuse(1, sent, kBadChat);
    quarantine.refuse(2, sent, kBadChat);
    ASSERT_TRUE(quarantine.review({}));
    (void)admitted(quarantine, two_routes());
    quarantine.forget(1);
    EXPECT_FALSE(quarantine.review({}));
    quarantine.forget(2);
    EXPECT_TRUE(quarantine.review({}));
    EXPECT_TRUE(model::equal(admitted(quarantine, two_routes()), two_routes()));
    EXPECT_FALSE(quarantine.has_refusals());
}

TEST(Quarantine, ForgetsTheRefusalOfADataPlaneThatTakesTheObjectAfterAll) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    quarantine.refuse(1, sent, kBadChat);
    ASSERT_FALSE(quarantine.review({{2, shared(sent)}}));
    quarantine.accept(1, sent);
    EXPECT_FALSE(quarantine.review({}));
    EXPECT_FALSE(quarantine.has_refusals());
}

TEST(Quarantine, ChangesNothingForATableThatStaysInvalid) {
    Quarantine quarantine;
    model::Table const sent = admitted(quarantine, two_routes());
    EXPECT_FALSE(quarantine.admit(test::chat_table("not a gateway")).has_value());
    EXPECT_THAT(quarantine.entries(), IsEmpty());
    EXPECT_TRUE(refuse(quarantine, sent, kBadChat));
}

TEST(Quarantine, ReportsATableThatStaysInvalidWhateverIsLeftOut) {
    Quarantine quarantine;
    auto const result = quarantine.admit(test::chat_table("not a gateway"));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error()[0].object, "Table");
}

}  // namespace
}  // namespace holdfast::controller
