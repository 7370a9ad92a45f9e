// Goal: sessions of one rule share one Terms object, and the rule is remembered while they live.
#include <gtest/gtest.h>

#include "dataplane/handshake/terms_cache.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::handshake {
namespace {

class TermsCacheTest : public testing::Test {
protected:
    TermsCacheTest() {
        auto table = test::chat_table();
        auto route = *table.routes["default/chat"];
        route.rules[0].drain_code = 1001;
        route.rules[0].timeouts.idle = std::chrono::seconds(7);
        source_ = std::make_shared<model::Route const>(std::move(route));
        rule_ = {.listener = "ws",
                 .route = "default/chat",
                 .key = 1,
                 .source = source_,
                 .rule = &source_->rules[0],
                 .targets = {}};
    }

    telemetry::WorkerCells cells_;
    TermsCache cache_{cells_};
    std::shared_ptr<model::Route const> source_;
    routing::CompiledRule rule_;
};

TEST_F(TermsCacheTest, TakesTheTermsFromTheRule) {
    auto const terms = cache_.terms_of(rule_);
    EXPECT_EQ(terms->route, "default/chat");
    EXPECT_EQ(terms->listener, "ws");
    EXPECT_EQ(terms->drain_code, 1001);
    EXPECT_EQ(terms->idle, std::chrono::seconds(7));
    EXPECT_EQ(terms->cells, &cells_.route("ws", "default/chat"));
}

TEST_F(TermsCacheTest, GivesOneObjectToAllSessionsOfARule) {
    EXPECT_EQ(cache_.terms_of(rule_), cache_.terms_of(rule_));
    EXPECT_EQ(cache_.admitted().size(), 1u);
}

TEST_F(TermsCacheTest, RemembersTheRuleOfLiveSessionsAcrossTables) {
    auto const session = cache_.terms_of(rule_);
    cache_.begin_table();
    ASSERT_TRUE(cache_.admitted().contains(session.get()));
    EXPECT_EQ(cache_.admitted().at(session.get()).rule, rule_.rule);
    EXPECT_NE(cache_.terms_of(rule_), session);
}

TEST_F(TermsCacheTest, ForgetsRulesWithoutSessionsAtTheNextTable) {
    (void)cache_.terms_of(rule_);
    cache_.begin_table();
    EXPECT_TRUE(cache_.admitted().empty());
}

}  // namespace
}  // namespace holdfast::handshake
