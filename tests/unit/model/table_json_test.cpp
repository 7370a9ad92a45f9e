// Goal: equal tables are equal bytes, and bytes come back as the table they were. Method: random
// tables, and one table whose JSON is written out.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "common/model/table_json.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::model {
namespace {

/// Every field of every struct with a value that is not its default.
constexpr char const* kFull =
    R"({"gateway":"default/edge",)"
    R"("listeners":{"wss":{"name":"wss","port":443,"protocol":"https","hostname":"*.example.com",)"
    R"("certificates":["default/tls"]}},)"
    R"("certificates":{"default/tls":{"chainPem":"CHAIN","keyPem":"KEY"}},)"
    R"("backends":{"default/chat:80":{"endpoints":[)"
    R"({"address":"10.0.0.1","port":80},{"address":"::1","port":81,"state":"serving"}]}},)"
    R"("routes":{"default/chat":{"created":"2026-01-01T00:00:00Z","generation":7,)"
    R"("attachments":[{"listener":"wss","hostnames":["chat.example.com"]}],)"
    R"("rules":[{"name":"main","matches":[{"path":{"type":"exact","value":"/ws"},)"
    R"("headers":[{"name":"x-a","value":"1"}],"queryParams":[{"name":"q","value":"2"}],)"
    R"("subprotocols":["mqtt"]}],"backends":[{"backend":"default/chat:80","weight":90,)"
    R"("valid":false}],"allowedOrigins":["https://example.com"],"replacePrefix":"/new",)"
    R"("timeouts":{"connect":1,"handshake":2,"idle":3,"session":4},"onChange":"close",)"
    R"("onDelete":"keep","drainOver":5,"drainCode":1001,"backendLostCode":1014}]}}})";

Table full() { return table_from_json(boost::json::parse(kFull)).value(); }

TEST(TableJson, ReadsEveryField) {
    Table const table = full();
    EXPECT_EQ(table.gateway, "default/edge");
    EXPECT_EQ(*table.listeners.at("wss"),
              (Listener{"wss", 443, ListenerProtocol::https, "*.example.com", {"default/tls"}}));
    EXPECT_EQ(*table.certificates.at("default/tls"), (Certificate{"CHAIN", "KEY"}));
    EXPECT_EQ(
        *table.backends.at("default/chat:80"),
        (Backend{{{"10.0.0.1", 80, EndpointState::ready}, {"::1", 81, EndpointState::serving}}}));
    Rule rule;
    rule.name = "main";
    rule.matches = {{{PathMatchType::exact, "/ws"}, {{"x-a", "1"}}, {{"q", "2"}}, {"mqtt"}}};
    rule.backends = {{"default/chat:80", 90, false}};
    rule.allowed_origins = {"https://example.com"};
    rule.replace_prefix = "/new";
    rule.timeouts = {Milliseconds(1), Milliseconds(2), Milliseconds(3), Milliseconds(4)};
    rule.on_change = LiveSessions::close;
    rule.on_delete = LiveSessions::keep;
    rule.drain_over = Milliseconds(5);
    rule.drain_code = 1001;
    rule.backend_lost_code = 1014;
    EXPECT_EQ(*table.routes.at("default/chat"),
              (Route{"2026-01-01T00:00:00Z", 7, {{"wss", {"chat.example.com"}}}, {rule}}));
}

TEST(TableJson, WritesWhatItRead) { EXPECT_EQ(boost::json::serialize(to_json(full())), kFull); }

TEST(TableJson, LeavesOutDefaults) {
    EXPECT_EQ(boost::json::serialize(to_json(Table{})), "{}");
    EXPECT_EQ(boost::json::serialize(to_json(Route{"", 0, {}, {Rule{}}})), R"({"rules":[{}]})");
}

TEST(TableJson, KeepsAnEmptyPrefixApartFromNone) {
    Rule rule;
    rule.replace_prefix = "";
    EXPECT_EQ(boost::json::serialize(to_json(Route{"", 0, {}, {rule}})),
              R"({"rules":[{"replacePrefix":""}]})");
}

TEST(TableJson, ComesBackAsTheSameTableAndTheSameBytes) {
    test::Random random(test::seed());
    for (int round = 0; round < 300; ++round) {
        Table const table = test::random_table(random);
        std::string const bytes = boost::json::serialize(to_json(table));
        auto const read = table_from_json(boost::json::parse(bytes));
        ASSERT_TRUE(read.has_value());
        ASSERT_TRUE(equal(*read, table)) << bytes;
        ASSERT_EQ(boost::json::serialize(to_json(*read)), bytes);
    }
}

TEST(TableJson, DoesNotDependOnTheOrderInWhichEntriesCame) {
    test::Random random(test::seed());
    Table const table = test::random_table(random);
    Table reversed;
    reversed.gateway = table.gateway;
    reversed.certificates = table.certificates;
    reversed.listeners.insert(table.listeners.rbegin(), table.listeners.rend());
    reversed.backends.insert(table.backends.rbegin(), table.backends.rend());
    reversed.routes.insert(table.routes.rbegin(), table.routes.rend());
    EXPECT_EQ(boost::json::serialize(to_json(reversed)), boost::json::serialize(to_json(table)));
}

TEST(TableJson, ReadsMembersInAnyOrderAndIgnoresUnknownOnes) {
    auto const read = table_from_json(
        boost::json::parse(R"({"new":1,"listeners":{"a":{"later":{},"port":80,"name":"a"}},)"
                           R"("gateway":"default/edge"})"));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read->listeners.at("a"), (Listener{"a", 80, ListenerProtocol::http, "", {}}));
}

TEST(RedactedTableJson, ShowsNoKeyButItsLength) {
    std::string const text = boost::json::serialize(to_json_redacted(full()));
    EXPECT_EQ(text.find("\"KEY\""), std::string::npos);
    EXPECT_NE(text.find(R"("keyPem":"redacted, 3 bytes")"), std::string::npos);
    EXPECT_NE(text.find("CHAIN"), std::string::npos);
}

TEST(EntryFromJson, PutsTheEntryIntoItsCollection) {
    Table table;
    std::vector<Problem> problems;
    EXPECT_TRUE(entry_from_json("certificates", "a/b", boost::json::parse(R"({"keyPem":"k"})"),
                                table, problems));
    EXPECT_EQ(*table.certificates.at("a/b"), (Certificate{"", "k"}));
    EXPECT_TRUE(problems.empty());
}

TEST(EntryFromJson, LeavesTheTableUntouchedWhenThereAreProblems) {
    Table table = full();
    std::vector<Problem> problems{{"earlier", "", ""}};
    EXPECT_FALSE(entry_from_json("backends", "default/chat:80",
                                 boost::json::parse(R"({"endpoints":1})"), table, problems));
    EXPECT_EQ(problems.size(), 2u);
    EXPECT_TRUE(equal(table, full()));
}

TEST(EntryFromJson, ReportsAnUnknownCollection) {
    Table table;
    std::vector<Problem> problems;
    EXPECT_FALSE(entry_from_json("policies", "a", boost::json::object(), table, problems));
    EXPECT_EQ(problems, (std::vector<Problem>{{"Table", "", "has no collection \"policies\""}}));
}

}  // namespace
}  // namespace holdfast::model
