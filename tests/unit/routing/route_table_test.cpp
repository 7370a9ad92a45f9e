// Goal: which rule takes a request: Gateway API's order, tie by tie. Method: small tables, one fact
// each; precedence_oracle_test.cpp compares with a second implementation on random ones.
#include "dataplane/routing/route_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/unit/routing/tables.hpp"

namespace holdfast::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(std::span<model::Listener const* const> listeners) {
    std::vector<std::string> names;
    for (auto const* listener : listeners)
        names.push_back(listener->name);
    return names;
}

TEST(RouteTable, TakesNothingWhereNoRouteMatches) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/b", {"a.example"}, {rule("0", {prefix("/x")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "a.example", "/x/y"), "a/b/0");
    EXPECT_EQ(taken_by(*table, "a.example", "/"), "none");
    EXPECT_EQ(taken_by(*table, "b.example", "/x"), "none");
    EXPECT_EQ(taken_by(*TableBuilder().listener("web").compile(), "a.example", "/"), "none");
}

TEST(RouteTable, KeepsListenersApart) {
    model::Route route;
    route.attachments = {{"other", {""}}};
    route.rules = {rule("0", {prefix("/")})};
    auto const table =
        TableBuilder().listener("web").listener("other").route("a/b", std::move(route)).compile();
    EXPECT_EQ(taken_by(*table, "a.example", "/"), "none");
    auto const found =
        table->find(*table->source().listeners.at("other"),
                    {.host = "a", .path = "/", .query = {}, .headers = {}, .subprotocols = {}});
    ASSERT_NE(found.rule, nullptr);
    EXPECT_EQ(found.rule->listener, "other");
}

TEST(RouteTable, PrefersTheMoreSpecificHost) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/any", {""}, {rule("0", {exact("/x")})})
                           .route("a/wide", {"*.example"}, {rule("0", {exact("/x")})})
                           .route("a/narrow", {"*.chat.example"}, {rule("0", {exact("/x")})})
                           .route("z/exact", {"eu.chat.example"}, {rule("0", {prefix("/")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "eu.chat.example", "/x"), "z/exact/0");
    EXPECT_EQ(taken_by(*table, "us.chat.example", "/x"), "a/narrow/0");
    EXPECT_EQ(taken_by(*table, "deep.us.chat.example", "/x"), "a/narrow/0");
    EXPECT_EQ(taken_by(*table, "chat.example", "/x"), "a/wide/0");
    EXPECT_EQ(taken_by(*table, "example", "/x"), "a/any/0");
    EXPECT_EQ(taken_by(*table, "::1", "/x"), "a/any/0");
}

TEST(RouteTable, GoesOnToALessSpecificHostWhereNothingMatchesOnTheBest) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/exact", {"a.example"}, {rule("0", {prefix("/x")})})
                           .route("a/wide", {"*.example"}, {rule("0", {prefix("/")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "a.example", "/y"), "a/wide/0");
}

TEST(RouteTable, PrefersTheExactPathToEveryPrefix) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/prefix", {""}, {rule("0", {prefix("/chat/room")})})
                           .route("z/exact", {""}, {rule("0", {exact("/chat/room")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "h", "/chat/room"), "z/exact/0");
    EXPECT_EQ(taken_by(*table, "h", "/chat/room/"), "a/prefix/0");
}

TEST(RouteTable, PrefersTheLongerPrefix) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/root", {""}, {rule("0", {prefix("/")})})
                           .route("a/one", {""}, {rule("0", {prefix("/a")})})
                           .route("a/two", {""}, {rule("0", {prefix("/a/b")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "h", "/a/b/c"), "a/two/0");
    EXPECT_EQ(taken_by(*table, "h", "/a/bc"), "a/one/0");
    EXPECT_EQ(taken_by(*table, "h", "/ab"), "a/root/0");
}

TEST(RouteTable, GoesOnToAShorterPrefixWhereTheLongerOnesConditionsFail) {
    model::Match guarded = prefix("/a/b/c");
    guarded.headers = {{"x", "1"}};
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/guarded", {""}, {rule("0", {guarded})})
                           .route("a/open", {""}, {rule("0", {prefix("/a")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "h", "/a/b/c/d"), "a/open/0");
}

TEST(RouteTable, PrefersMoreHeadersThenMoreParametersThenSubprotocols) {
    model::Match headers = prefix("/");
    headers.headers = {{"a", "1"}};
    model::Match params = prefix("/");
    params.query_params = {{"a", "1"}, {"b", "2"}};
    model::Match subprotocols = prefix("/");
    subprotocols.subprotocols = {"p"};
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/plain", {""}, {rule("0", {prefix("/")})})
                           .route("b/subprotocols", {""}, {rule("0", {subprotocols})})
                           .route("c/params", {""}, {rule("0", {params})})
                           .route("d/headers", {""}, {rule("0", {headers})})
                           .compile();
    std::array const fields{http::Field{"A", "1"}};
    std::array<std::string_view, 1> const offered{"p"};
    RequestView request{
        .host = "h", .path = "/", .query = "a=1&b=2", .headers = fields, .subprotocols = offered};
    EXPECT_EQ(taken_by(*table, request), "d/headers/0");
    request.headers = {};
    EXPECT_EQ(taken_by(*table, request), "c/params/0");
    request.query = {};
    EXPECT_EQ(taken_by(*table, request), "b/subprotocols/0");
    request.subprotocols = {};
    EXPECT_EQ(taken_by(*table, request), "a/plain/0");
}

TEST(RouteTable, PrefersTheOlderRouteThenTheFirstName) {
    auto const table =
        TableBuilder()
            .listener("web")
            .route("a/young", {""}, {rule("0", {prefix("/")})}, "2026-02-01T00:00:00Z")
            .route("c/old", {""}, {rule("0", {prefix("/")})}, "2026-01-01T00:00:00Z")
            .route("b/old", {""}, {rule("0", {prefix("/")})}, "2026-01-01T00:00:00Z")
            .compile();
    EXPECT_EQ(taken_by(*table, "h", "/"), "b/old/0");
}

TEST(RouteTable, PrefersTheFirstRuleOfARoute) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/b", {""},
                                  {rule("z", {prefix("/x"), prefix("/a")}),
                                   rule("a", {prefix("/a"), prefix("/x")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "h", "/a"), "a/b/z");
    EXPECT_EQ(taken_by(*table, "h", "/x"), "a/b/z");
}

TEST(RouteTable, TakesAPrefixWithATrailingSlashAsOneWithout) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/slash", {""}, {rule("0", {prefix("/abc/")})})
                           .compile();
    EXPECT_EQ(taken_by(*table, "h", "/abc"), "a/slash/0");
    EXPECT_EQ(taken_by(*table, "h", "/abc/d"), "a/slash/0");
    EXPECT_EQ(taken_by(*table, "h", "/abcd"), "none");
}

TEST(RouteTable, SaysWhichMatchWon) {
    auto const table = TableBuilder()
                           .listener("web")
                           .route("a/b", {""}, {rule("0", {prefix("/"), prefix("/long")})})
                           .compile();
    auto const found = table->find(
        *table->source().listeners.at("web"),
        {.host = "h", .path = "/long/x", .query = {}, .headers = {}, .subprotocols = {}});
    ASSERT_NE(found.match, nullptr);
    EXPECT_EQ(found.match->path.value, "/long");
}

TEST(RouteTable, GivesARuleItsTargets) {
    model::Rule weighted = rule("0", {prefix("/")});
    weighted.backends = {{"ns/a:80", 9, true}, {"ns/typo:80", 1, false}};
    auto const table = TableBuilder()
                           .listener("web")
                           .backend("ns/a:80", {{"10.0.0.1", 8080, model::EndpointState::ready}})
                           .route("ns/r", {""}, {weighted})
                           .compile();
    auto const found =
        table->find(*table->source().listeners.at("web"),
                    {.host = "h", .path = "/", .query = {}, .headers = {}, .subprotocols = {}});
    ASSERT_NE(found.rule, nullptr);
    ASSERT_EQ(found.rule->targets.size(), 2u);
    EXPECT_EQ(found.rule->targets[0].name, "ns/a:80");
    EXPECT_EQ(found.rule->targets[0].weight, 9u);
    EXPECT_EQ(found.rule->targets[0].backend, table->source().backends.at("ns/a:80"));
    EXPECT_EQ(found.rule->targets[1].backend, nullptr);
}

TEST(RouteTable, ListsTheListenersOfAPortMostSpecificFirst) {
    auto const table = TableBuilder()
                           .listener("any")
                           .listener("wide", "*.example")
                           .listener("narrow", "*.chat.example")
                           .listener("exact", "a.example")
                           .listener("elsewhere", "", 81)
                           .compile();
    EXPECT_THAT(names(table->listeners_on(80)), ElementsAre("exact", "narrow", "wide", "any"));
    EXPECT_THAT(names(table->listeners_on(81)), ElementsAre("elsewhere"));
    EXPECT_THAT(table->listeners_on(82), IsEmpty());
}

TEST(RouteTable, ChoosesTheListenerWhoseHostnameFitsBest) {
    auto const table = TableBuilder()
                           .listener("wide", "*.example")
                           .listener("narrow", "*.chat.example")
                           .listener("exact", "a.example")
                           .compile();
    EXPECT_EQ(table->listener_for(80, "a.example")->name, "exact");
    EXPECT_EQ(table->listener_for(80, "b.example")->name, "wide");
    EXPECT_EQ(table->listener_for(80, "b.chat.example")->name, "narrow");
    EXPECT_EQ(table->listener_for(80, "chat.example")->name, "wide");
    EXPECT_EQ(table->listener_for(80, "other"), nullptr);
    EXPECT_EQ(table->listener_for(81, "a.example"), nullptr);
}

TEST(RouteTable, GivesOneRuleTheSameKeyInEveryTable) {
    auto const key_in = [](TableBuilder builder) {
        auto const table = builder.compile();
        return table
            ->find(*table->source().listeners.at("web"),
                   {.host = "h", .path = "/", .query = {}, .headers = {}, .subprotocols = {}})
            .rule->key;
    };
    TableBuilder const base =
        TableBuilder().listener("web").route("a/b", {""}, {rule("0", {prefix("/")})});
    TableBuilder more = base;
    more.route("a/c", {"x"}, {rule("0", {prefix("/")})});
    TableBuilder const other =
        TableBuilder().listener("web").route("a/c", {""}, {rule("0", {prefix("/")})});
    EXPECT_EQ(key_in(base), key_in(more));
    EXPECT_NE(key_in(base), key_in(other));
}

}  // namespace
}  // namespace holdfast::routing
