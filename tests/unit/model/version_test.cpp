// Goal: the hash says whether a table changed, the vector which of two is newer. Method: a full
// table whose fields are changed one by one.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "common/model/fingerprint.hpp"
#include "common/model/version.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::model {
namespace {

/// One entry of each kind, as values that a test may change.
struct Draft {
    std::string gateway = "default/edge";
    Listener listener{"web", 80, ListenerProtocol::http, "", {}};
    Certificate certificate{"chain", "key"};
    Backend backend{{{"10.0.0.1", 80, EndpointState::ready}}};
    Route route;
    std::string key = "default/a";

    Draft() {
        route.attachments = {{"web", {""}}};
        route.rules.emplace_back();
        rule().name = "0";
        rule().matches = {{{}, {{"h", "v"}}, {{"q", "v"}}, {"p"}}};
        rule().backends.emplace_back();
    }
    Rule& rule() { return route.rules[0]; }
    Match& match() { return rule().matches[0]; }

    [[nodiscard]] Table table() const {
        Table table;
        table.gateway = gateway;
        table.listeners[key] = std::make_shared<Listener const>(listener);
        table.certificates[key] = std::make_shared<Certificate const>(certificate);
        table.backends[key] = std::make_shared<Backend const>(backend);
        table.routes[key] = std::make_shared<Route const>(route);
        return table;
    }
};

using Change = std::function<void(Draft&)>;

std::vector<Change> const kChanges{
    [](Draft& d) { d.gateway = "default/other"; },
    [](Draft& d) { d.key = "default/b"; },
    [](Draft& d) { d.listener.name = "x"; },
    [](Draft& d) { d.listener.port = 81; },
    [](Draft& d) { d.listener.protocol = ListenerProtocol::https; },
    [](Draft& d) { d.listener.hostname = "example.com"; },
    [](Draft& d) { d.listener.certificates = {"default/tls"}; },
    [](Draft& d) { d.certificate.chain_pem = "x"; },
    [](Draft& d) { d.certificate.key_pem = "x"; },
    [](Draft& d) { d.backend.endpoints.clear(); },
    [](Draft& d) { d.backend.endpoints[0].address = "10.0.0.2"; },
    [](Draft& d) { d.backend.endpoints[0].port = 81; },
    [](Draft& d) { d.backend.endpoints[0].state = EndpointState::serving; },
    [](Draft& d) { d.route.created = "2026-01-01T00:00:00Z"; },
    [](Draft& d) { d.route.generation = 1; },
    [](Draft& d) { d.route.attachments[0].listener = "x"; },
    [](Draft& d) { d.route.attachments[0].hostnames = {"example.com"}; },
    [](Draft& d) { d.route.rules.emplace_back(); },
    [](Draft& d) { d.rule().name = "x"; },
    [](Draft& d) { d.match().path.type = PathMatchType::exact; },
    [](Draft& d) { d.match().path.value = "/x"; },
    [](Draft& d) { d.match().headers[0].name = "x"; },
    [](Draft& d) { d.match().headers[0].value = "x"; },
    [](Draft& d) { d.match().query_params[0].name = "x"; },
    [](Draft& d) { d.match().query_params[0].value = "x"; },
    [](Draft& d) { d.match().subprotocols = {"x"}; },
    [](Draft& d) { d.rule().backends[0].backend = "x"; },
    [](Draft& d) { d.rule().backends[0].weight = 2; },
    [](Draft& d) { d.rule().backends[0].valid = false; },
    [](Draft& d) { d.rule().allowed_origins = {"https://a"}; },
    [](Draft& d) { d.rule().replace_prefix = ""; },
    [](Draft& d) { d.rule().replace_prefix = "/x"; },
    [](Draft& d) { d.rule().timeouts.connect = Milliseconds(1); },
    [](Draft& d) { d.rule().timeouts.handshake = Milliseconds(1); },
    [](Draft& d) { d.rule().timeouts.idle = Milliseconds(1); },
    [](Draft& d) { d.rule().timeouts.session = Milliseconds(1); },
    [](Draft& d) { d.rule().on_change = LiveSessions::close; },
    [](Draft& d) { d.rule().on_delete = LiveSessions::close; },
    [](Draft& d) { d.rule().drain_over = Milliseconds(1); },
    [](Draft& d) { d.rule().drain_code = 1001; },
    [](Draft& d) { d.rule().backend_lost_code = 1014; },
};

TEST(ContentHash, ChangesWithEveryField) {
    Draft const original;
    std::set<std::string> hashes{content_hash(original.table())};
    for (std::size_t i = 0; i < kChanges.size(); ++i) {
        Draft draft;
        kChanges[i](draft);
        EXPECT_TRUE(hashes.insert(content_hash(draft.table())).second) << "change " << i;
        EXPECT_FALSE(equal(draft.table(), original.table())) << "change " << i;
    }
}

TEST(ContentHash, DependsOnNothingButTheValues) {
    Table const table = Draft().table();
    Table const copy = Draft().table();
    ASSERT_NE(table.routes.begin()->second, copy.routes.begin()->second);
    EXPECT_EQ(content_hash(table), content_hash(copy));
    EXPECT_TRUE(equal(table, copy));
}

TEST(ContentHash, TellsTablesApartAsEqualDoes) {
    test::Random random(test::seed());
    for (int round = 0; round < 300; ++round) {
        Table const a = test::random_table(random);
        Table const b = test::random_change(a, random);
        ASSERT_EQ(content_hash(a) == content_hash(b), equal(a, b));
    }
}

TEST(ContentHash, IsLowerCaseHexOfASha256) {
    std::string const hash = content_hash(Table{});
    EXPECT_EQ(hash.size(), 64u);
    EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Fingerprint, IsTheSameWhetherDigestsAreTakenFromTheTableBeforeOrMadeAnew) {
    test::Random random(test::seed());
    Table before = test::random_table(random);
    Fingerprint known = fingerprint_of(before);
    for (int round = 0; round < 200; ++round) {
        Table const table =
            round % 10 == 0 ? test::random_table(random) : test::random_change(before, random);
        known = fingerprint_of(table, before, known);
        ASSERT_EQ(known, fingerprint_of(table));
        before = table;
    }
}

TEST(CompareSources, IsNewerWhenNoSourceIsBehindAndOneIsAhead) {
    EXPECT_EQ(compare({{"a", 2}, {"b", 1}}, {{"a", 1}, {"b", 1}}), Order::newer);
    EXPECT_EQ(compare({{"a", 1}, {"b", 1}}, {{"a", 2}, {"b", 1}}), Order::older);
}

TEST(CompareSources, IsSameWhenNothingDiffers) {
    EXPECT_EQ(compare({{"a", 1}}, {{"a", 1}}), Order::same);
    EXPECT_EQ(compare({}, {}), Order::same);
}

TEST(CompareSources, IsConcurrentWhenEachIsAheadSomewhere) {
    EXPECT_EQ(compare({{"a", 2}, {"b", 1}}, {{"a", 1}, {"b", 2}}), Order::concurrent);
}

TEST(CompareSources, DoesNotCountASourceThatOneOfThemLacks) {
    EXPECT_EQ(compare({{"a", 1}, {"c", 9}}, {{"a", 1}, {"b", 5}}), Order::same);
    EXPECT_EQ(compare({{"a", 2}}, {{"a", 1}, {"b", 5}}), Order::newer);
}

}  // namespace
}  // namespace holdfast::model
