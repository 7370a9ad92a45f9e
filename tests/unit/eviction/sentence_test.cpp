// Goal: what a new table means for the sessions of a rule, for every kind of change.
// Method: a rule that admitted sessions, and tables that differ from its own in one thing each.
#include <gtest/gtest.h>

#include "dataplane/eviction/sentence.hpp"
#include "tests/support/tables.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;
using model::LiveSessions;

class SentenceOfARule : public testing::Test {
protected:
    SentenceOfARule() : table_(test::chat_table()) { admit(); }

    /// Sessions are admitted by rule 0 of the route as it is now.
    void admit() {
        auto const route = table_.routes.at("default/chat");
        auto terms = std::make_shared<relay::Terms>();
        terms->listener = "ws";
        terms->route = "default/chat";
        terms->rule = route->rules[0].name;
        admitted_ = {terms, route, &route->rules[0]};
    }

    template <class Edit>
    void edit(Edit change) {
        auto route = *table_.routes.at("default/chat");
        change(route);
        table_.routes["default/chat"] = std::make_shared<model::Route const>(std::move(route));
    }

    std::optional<Sentence> verdict() { return judge(admitted_, table_); }

    model::Table table_;
    handshake::AdmittedRule admitted_;
};

TEST_F(SentenceOfARule, KeepsSessionsOfARuleThatIsTheSame) {
    edit([](model::Route& route) { route.generation = 2; });
    EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(SentenceOfARule, DoesNotTakeBackendsForAChange) {
    edit([](model::Route& route) { route.rules[0].on_change = LiveSessions::close; });
    admit();
    edit([](model::Route& route) { route.rules[0].backends = {{"default/other:80", 3, true}}; });
    EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(SentenceOfARule, KeepsSessionsOfAChangedRuleByDefault) {
    edit([](model::Route& route) { route.rules[0].timeouts.idle = 5s; });
    EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(SentenceOfARule, AChangeIsCarriedOutAsTheNewRuleSays) {
    edit([](model::Route& route) {
        route.rules[0].on_change = LiveSessions::drain;
        route.rules[0].drain_over = 7s;
        route.rules[0].drain_code = 1001;
    });
    EXPECT_EQ(verdict(), (Sentence{Reason::route_changed, 1001, 7s}));
    edit([](model::Route& route) { route.rules[0].on_change = LiveSessions::close; });
    EXPECT_EQ(verdict(), (Sentence{Reason::route_changed, 1001, 0s}));
}

TEST_F(SentenceOfARule, ARouteThatIsGoneIsDrainedAsItsOldRuleSays) {
    edit([](model::Route& route) { route.rules[0].drain_over = 9s; });
    admit();
    table_.routes.clear();
    EXPECT_EQ(verdict(), (Sentence{Reason::route_deleted, 1012, 9s}));
}

TEST_F(SentenceOfARule, ARouteThatIsGoneIsKeptWhereItsOldRuleSaysSo) {
    edit([](model::Route& route) { route.rules[0].on_delete = LiveSessions::keep; });
    admit();
    table_.routes.clear();
    EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(SentenceOfARule, AListenerThatIsGoneIsADeletion) {
    table_.listeners.clear();
    EXPECT_EQ(verdict(), (Sentence{Reason::route_deleted, 1012, 60s}));
}

TEST_F(SentenceOfARule, ALostAttachmentIsADeletion) {
    edit([](model::Route& route) { route.attachments.clear(); });
    EXPECT_EQ(verdict(), (Sentence{Reason::route_deleted, 1012, 60s}));
}

TEST_F(SentenceOfARule, ARuleThatIsGoneIsADeletion) {
    edit([](model::Route& route) {
        route.rules[0].name = "other";
        route.rules[0].matches[0].path.value = "/other";
    });
    EXPECT_EQ(verdict(), (Sentence{Reason::route_deleted, 1012, 60s}));
}

TEST_F(SentenceOfARule, ARuleThatOnlyMovedHasNotChanged) {
    edit([](model::Route& route) {
        route.rules.insert(route.rules.begin(), route.rules[0]);
        route.rules[0].matches[0].path.value = "/new";
        route.rules[0].on_change = LiveSessions::close;
        route.rules[1].name = "1";
    });
    EXPECT_EQ(verdict(), std::nullopt);
}

}  // namespace
}  // namespace holdfast
