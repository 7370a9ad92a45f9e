// Goal: Gateway API's HTTPRouteMatch, part by part. Method: examples.
#include "dataplane/routing/matcher.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <vector>

namespace holdfast::routing {
namespace {

using model::PathMatchType;

bool header_matches(model::NameValue wanted, std::vector<http::Field> const& headers) {
    model::Match match;
    match.headers = {std::move(wanted)};
    RequestView request;
    request.headers = headers;
    return matches_conditions(match, request);
}

bool parameter_matches(model::NameValue wanted, std::string_view query) {
    model::Match match;
    match.query_params = {std::move(wanted)};
    RequestView request;
    request.query = query;
    return matches_conditions(match, request);
}

TEST(PathMatch, ExactIsByteForByte) {
    model::PathMatch const match{PathMatchType::exact, "/abc"};
    EXPECT_TRUE(matches_path(match, "/abc"));
    for (auto const* other : {"/abc/", "/ab", "/abcd", "/Abc", "/%61bc", "/"}) {
        EXPECT_FALSE(matches_path(match, other)) << other;
    }
}

TEST(PathMatch, PrefixIsElementByElement) {
    for (auto const* value : {"/abc", "/abc/"}) {
        model::PathMatch const match{PathMatchType::prefix, value};
        for (auto const* path : {"/abc", "/abc/", "/abc/d", "/abc//d"}) {
            EXPECT_TRUE(matches_path(match, path)) << value << ' ' << path;
        }
        for (auto const* path : {"/abcd", "/ab", "/", "/Abc", "/x/abc"}) {
            EXPECT_FALSE(matches_path(match, path)) << value << ' ' << path;
        }
    }
}

TEST(PathMatch, RootPrefixTakesEverything) {
    EXPECT_TRUE(matches_path({PathMatchType::prefix, "/"}, "/"));
    EXPECT_TRUE(matches_path({PathMatchType::prefix, "/"}, "/a/b"));
}

TEST(HeaderMatch, ComparesNamesWithoutCaseAndValuesWith) {
    EXPECT_TRUE(header_matches({"x-env", "Canary"}, {{"X-ENV", "Canary"}}));
    EXPECT_FALSE(header_matches({"x-env", "canary"}, {{"X-Env", "Canary"}}));
    EXPECT_FALSE(header_matches({"x-env", "canary"}, {{"X-Env", "canary2"}}));
    EXPECT_FALSE(header_matches({"x-env", "canary"}, {{"X-Env", "can"}}));
}

TEST(HeaderMatch, NeedsTheHeader) {
    EXPECT_FALSE(header_matches({"x-env", "canary"}, {}));
    EXPECT_FALSE(header_matches({"x-env", ""}, {{"Other", ""}}));
}

TEST(HeaderMatch, JoinsRepeatedLines) {
    std::vector<http::Field> const lines{{"X", "a"}, {"Y", "z"}, {"x", "b"}};
    EXPECT_TRUE(header_matches({"x", "a, b"}, lines));
    for (auto const* other : {"a", "b", "a,b", "ab", "a, b, ", "a, "}) {
        EXPECT_FALSE(header_matches({"x", other}, lines)) << other;
    }
}

TEST(QueryMatch, TakesTheFirstValue) {
    EXPECT_TRUE(parameter_matches({"v", "1"}, "a=b&v=1&v=2"));
    EXPECT_FALSE(parameter_matches({"v", "2"}, "v=1&v=2"));
}

TEST(QueryMatch, ComparesNamesAndValuesWithCase) {
    EXPECT_FALSE(parameter_matches({"v", "a"}, "V=a"));
    EXPECT_FALSE(parameter_matches({"v", "a"}, "v=A"));
}

TEST(QueryMatch, NeedsTheParameter) {
    EXPECT_FALSE(parameter_matches({"v", "1"}, ""));
    EXPECT_FALSE(parameter_matches({"v", "1"}, "vv=1&x=v"));
}

TEST(QueryMatch, DecodesNamesAndValues) {
    EXPECT_TRUE(parameter_matches({"v w", "a&b=c"}, "v%20w=a%26b%3Dc"));
    EXPECT_TRUE(parameter_matches({"v w", "a b"}, "v+w=a+b"));
    EXPECT_TRUE(parameter_matches({"v", "a+b"}, "v=a%2Bb"));
    EXPECT_TRUE(parameter_matches({"v", "\xc3\xa4"}, "v=%c3%A4"));
}

TEST(QueryMatch, LeavesBrokenEscapesAsTheyAre) {
    EXPECT_TRUE(parameter_matches({"v", "%zz%2"}, "v=%zz%2"));
    EXPECT_TRUE(parameter_matches({"v", "%"}, "v=%"));
}

TEST(QueryMatch, TakesAParameterWithoutValueAsEmpty) {
    EXPECT_TRUE(parameter_matches({"v", ""}, "v"));
    EXPECT_TRUE(parameter_matches({"v", ""}, "a=b&v="));
    EXPECT_TRUE(parameter_matches({"v", "1=2"}, "v=1=2"));
}

TEST(SubprotocolMatch, NeedsOneOfThoseNamedToBeOffered) {
    model::Match match;
    match.subprotocols = {"chat.v2", "chat.v3"};
    std::array<std::string_view, 2> const offered{"chat.v1", "chat.v3"};
    RequestView request;
    EXPECT_FALSE(matches_conditions(match, request));
    request.subprotocols = offered;
    EXPECT_TRUE(matches_conditions(match, request));
    request.subprotocols = std::span(offered).first(1);
    EXPECT_FALSE(matches_conditions(match, request));
}

TEST(Match, NeedsAllItsParts) {
    model::Match match;
    match.headers = {{"a", "1"}, {"b", "2"}};
    match.query_params = {{"c", "3"}};
    std::array const headers{http::Field{"A", "1"}, http::Field{"B", "2"}};
    RequestView request;
    request.headers = headers;
    request.query = "c=3";
    EXPECT_TRUE(matches_conditions(match, request));
    request.query = "c=4";
    EXPECT_FALSE(matches_conditions(match, request));
    request.query = "c=3";
    request.headers = std::span(headers).first(1);
    EXPECT_FALSE(matches_conditions(match, request));
}

}  // namespace
}  // namespace holdfast::routing
