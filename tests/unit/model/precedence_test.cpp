// Goal: Gateway API's order of precedence. Method: each criterion against all that come after it,
// then the laws of a strict weak ordering over random candidates.
#include <gtest/gtest.h>

#include "common/model/precedence.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::model {
namespace {

/// A candidate that owns what Candidate refers to. Each field has a better and a worse value.
struct Entry {
    Match match;
    std::string created = "2026-02-01T00:00:00Z";
    std::string key = "default/b";
    std::size_t rule = 1;
    std::size_t index = 1;

    [[nodiscard]] Candidate candidate() const { return {&match, created, key, rule, index}; }
};

struct Criterion {
    char const* name;
    void (*better)(Entry&);
};

Criterion const kCriteria[] = {
    {"exact path", [](Entry& e) { e.match.path.type = PathMatchType::exact; }},
    {"longer path", [](Entry& e) { e.match.path.value = "/longer"; }},
    {"more headers", [](Entry& e) { e.match.headers = {{"a", "1"}}; }},
    {"more query parameters", [](Entry& e) { e.match.query_params = {{"a", "1"}}; }},
    {"subprotocols", [](Entry& e) { e.match.subprotocols = {"mqtt"}; }},
    {"older route", [](Entry& e) { e.created = "2026-01-01T00:00:00Z"; }},
    {"first name", [](Entry& e) { e.key = "default/a"; }},
    {"first rule", [](Entry& e) { e.rule = 0; }},
    {"first match", [](Entry& e) { e.index = 0; }},
};

TEST(Precedes, PutsEachCriterionBeforeAllThatFollowIt) {
    for (std::size_t i = 0; i < std::size(kCriteria); ++i) {
        SCOPED_TRACE(kCriteria[i].name);
        Entry better;
        kCriteria[i].better(better);
        Entry rest;
        for (std::size_t j = i + 1; j < std::size(kCriteria); ++j) {
            kCriteria[j].better(rest);
        }
        EXPECT_TRUE(precedes(better.candidate(), rest.candidate()));
        EXPECT_FALSE(precedes(rest.candidate(), better.candidate()));
    }
}

TEST(Precedes, CountsHeadersAndQueryParameters) {
    Entry two;
    two.match.headers = {{"a", "1"}, {"b", "1"}};
    Entry one;
    one.match.headers = {{"a", "1"}};
    one.match.query_params = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
    EXPECT_TRUE(precedes(two.candidate(), one.candidate()));
}

TEST(Precedes, DoesNotCountSubprotocols) {
    Entry two;
    two.match.subprotocols = {"mqtt", "stomp"};
    two.key = "default/z";
    Entry one;
    one.match.subprotocols = {"mqtt"};
    EXPECT_TRUE(precedes(one.candidate(), two.candidate()));
}

TEST(Precedes, HoldsARouteWithoutATimeForTheOldest) {
    Entry without;
    without.created = "";
    Entry with;
    EXPECT_TRUE(precedes(without.candidate(), with.candidate()));
}

TEST(Precedes, LeavesEqualCandidatesEqual) {
    Entry const a;
    Entry const b;
    EXPECT_FALSE(precedes(a.candidate(), b.candidate()));
    EXPECT_FALSE(precedes(b.candidate(), a.candidate()));
}

Entry random_entry(test::Random& random) {
    Entry entry;
    for (Criterion const& criterion : kCriteria) {
        if (random() % 2 == 0) {
            criterion.better(entry);
        }
    }
    return entry;
}

TEST(Precedes, IsAStrictWeakOrdering) {
    test::Random random(test::seed());
    for (int round = 0; round < 20'000; ++round) {
        Entry const entries[] = {random_entry(random), random_entry(random), random_entry(random)};
        Candidate const a = entries[0].candidate();
        Candidate const b = entries[1].candidate();
        Candidate const c = entries[2].candidate();
        ASSERT_FALSE(precedes(a, a));
        ASSERT_FALSE(precedes(a, b) && precedes(b, a));
        ASSERT_TRUE(!(precedes(a, b) && precedes(b, c)) || precedes(a, c));
        auto const tied = [](Candidate const& x, Candidate const& y) {
            return !precedes(x, y) && !precedes(y, x);
        };
        ASSERT_TRUE(!(tied(a, b) && tied(b, c)) || tied(a, c));
    }
}

}  // namespace
}  // namespace holdfast::model
