// Goal: host names as Gateway API has them. Method: its own examples, and every pair of patterns.
#include <gtest/gtest.h>

#include "common/model/hostname.hpp"

namespace holdfast::model {
namespace {

TEST(IsHostname, TakesWhatGatewayApiTakes) {
    for (char const* text : {"localhost", "a", "1", "chat.example.com", "a-b.c--d.e", "1.2.3",
                             "xn--bcher-kva.example"}) {
        EXPECT_TRUE(is_hostname(text)) << text;
    }
    EXPECT_TRUE(is_hostname(std::string(253, 'a')));
}

TEST(IsHostname, RefusesEverythingElse) {
    for (char const* text : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b", "A", "a_b",
                             "a b", "a:80", "*.a", "*", "1.2.3.4", "::1", "bücher.example"}) {
        EXPECT_FALSE(is_hostname(text)) << text;
    }
    EXPECT_FALSE(is_hostname(std::string(254, 'a')));
}

TEST(IsHostnamePattern, TakesOneWildcardInFrontOnly) {
    EXPECT_TRUE(is_hostname_pattern("*.example.com"));
    EXPECT_TRUE(is_hostname_pattern("*.com"));
    EXPECT_TRUE(is_hostname_pattern("example.com"));
    for (char const* text : {"", "*", "*.", "*.*.com", "a.*.com", "*a.com", "*.1.2.3.4"}) {
        EXPECT_FALSE(is_hostname_pattern(text)) << text;
    }
    EXPECT_FALSE(is_hostname_pattern("*." + std::string(252, 'a')));
}

TEST(MatchesHost, ComparesExactNamesAsAWhole) {
    EXPECT_TRUE(matches_host("example.com", "example.com"));
    EXPECT_FALSE(matches_host("example.com", "a.example.com"));
    EXPECT_FALSE(matches_host("example.com", "example.co"));
}

TEST(MatchesHost, LetsAWildcardStandForOneOrMoreLabels) {
    EXPECT_TRUE(matches_host("*.example.com", "a.example.com"));
    EXPECT_TRUE(matches_host("*.example.com", "a.b.example.com"));
    EXPECT_FALSE(matches_host("*.example.com", "example.com"));
    EXPECT_FALSE(matches_host("*.example.com", ".example.com"));
    EXPECT_FALSE(matches_host("*.example.com", "badexample.com"));
}

TEST(MatchesHost, TakesEveryHostForAnEmptyPattern) {
    EXPECT_TRUE(matches_host("", "anything"));
    EXPECT_TRUE(matches_host("", ""));
}

TEST(Intersect, IsTheNarrowerPattern) {
    EXPECT_EQ(intersect("*.example.com", "chat.example.com"), "chat.example.com");
    EXPECT_EQ(intersect("*.example.com", "*.a.example.com"), "*.a.example.com");
    EXPECT_EQ(intersect("", "*.example.com"), "*.example.com");
    EXPECT_EQ(intersect("", ""), "");
    EXPECT_EQ(intersect("example.com", "example.com"), "example.com");
}

TEST(Intersect, IsNothingForPatternsWithoutACommonHost) {
    EXPECT_EQ(intersect("*.example.com", "example.com"), std::nullopt);
    EXPECT_EQ(intersect("*.example.com", "*.example.org"), std::nullopt);
    EXPECT_EQ(intersect("a.example.com", "b.example.com"), std::nullopt);
    EXPECT_EQ(intersect("*.example.com", "*.badexample.com"), std::nullopt);
}

TEST(Intersect, DoesNotDependOnTheOrderAndMatchesWhatBothMatch) {
    std::vector<std::string> const patterns{"",          "com",         "*.com",      "example.com",
                                            "*.e.com",   "e.com",       "a.e.com",    "*.a.e.com",
                                            "b.a.e.com", "*.b.a.e.com", "x.b.a.e.com"};
    std::vector<std::string> const hosts{"com",     "example.com", "e.com",       "a.e.com",
                                         "c.e.com", "b.a.e.com",   "x.b.a.e.com", "y.x.b.a.e.com"};
    for (std::string const& a : patterns) {
        for (std::string const& b : patterns) {
            auto const both = intersect(a, b);
            EXPECT_EQ(both, intersect(b, a)) << a << " and " << b;
            for (std::string const& host : hosts) {
                EXPECT_EQ(matches_host(a, host) && matches_host(b, host),
                          both && matches_host(*both, host))
                    << host << " under " << a << " and " << b;
            }
        }
    }
}

TEST(MoreSpecific, OrdersExactBeforeWildcardLongBeforeShortEmptyLast) {
    std::vector<std::string> const order{"chat.example.com", "a.com", "*.chat.example.com",
                                         "*.example.com", ""};
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t j = 0; j < order.size(); ++j) {
            EXPECT_EQ(more_specific(order[i], order[j]), i < j) << order[i] << " and " << order[j];
        }
    }
}

}  // namespace
}  // namespace holdfast::model
