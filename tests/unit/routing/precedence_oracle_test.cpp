// Goal: the index finds what a look at every match would find. Method: seeded random tables over a
// few hosts, paths and conditions, so that nearly all of them compete; a second implementation that
// tries every match in order of precedence.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "common/model/hostname.hpp"
#include "common/model/precedence.hpp"
#include "dataplane/routing/matcher.hpp"
#include "tests/unit/routing/tables.hpp"

namespace holdfast::routing {
namespace {

constexpr std::array kPatterns{"", "*.example", "*.chat.example", "a.example", "b.chat.example"};
constexpr std::array kHosts{"a.example", "b.chat.example", "x.b.chat.example", "example", "::1"};
constexpr std::array kValues{"/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b"};
constexpr std::array kPaths{"/", "/a", "/a/", "/a/b", "/a/b/c/d", "/ab", "/b/a", "/a//b", "/x"};

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}

    [[nodiscard]] std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
    template <class Choices>
    [[nodiscard]] auto const& any(Choices const& choices) {
        return choices[below(choices.size())];
    }

private:
    std::mt19937 random_;
};

model::Match random_match(Dice& dice) {
    model::Match match = dice.one_in(3) ? exact(dice.any(kValues)) : prefix(dice.any(kValues));
    if (dice.one_in(3)) match.headers.push_back({"x", dice.one_in(2) ? "1" : "2"});
    if (dice.one_in(4)) match.headers.push_back({"y", "1"});
    if (dice.one_in(3)) match.query_params.push_back({"q", dice.one_in(2) ? "1" : "2"});
    if (dice.one_in(4)) match.subprotocols = {"p"};
    return match;
}

TableBuilder random_table(Dice& dice) {
    TableBuilder builder;
    builder.listener("web");
    for (std::size_t i = 0, routes = 1 + dice.below(12); i < routes; ++i) {
        std::vector<model::Rule> rules;
        for (std::size_t j = 0, count = 1 + dice.below(3); j < count; ++j) {
            std::vector<model::Match> matches;
            for (std::size_t k = 0, n = 1 + dice.below(3); k < n; ++k) {
                matches.push_back(random_match(dice));
            }
            rules.push_back(rule(std::to_string(j), std::move(matches)));
        }
        std::vector<std::string> hosts{dice.any(kPatterns)};
        if (std::string const more = dice.any(kPatterns); more != hosts[0]) hosts.push_back(more);
        std::string const created =
            dice.one_in(2) ? "2026-01-01T00:00:00Z" : "2026-01-02T00:00:00Z";
        builder.route("ns/r" + std::to_string(i), hosts, std::move(rules), created);
    }
    return builder;
}

struct Competitor {
    std::string host;
    model::Candidate candidate;
    std::string name;
};

/// Every match of the table, the one to be tried first in front.
std::vector<Competitor> in_order(model::Table const& table) {
    std::vector<Competitor> all;
    for (auto const& [key, route] : table.routes) {
        for (std::string const& host : route->attachments[0].hostnames) {
            for (std::size_t i = 0; i < route->rules.size(); ++i) {
                for (std::size_t j = 0; j < route->rules[i].matches.size(); ++j) {
                    model::Rule const& one = route->rules[i];
                    all.push_back(
                        {host, {&one.matches[j], route->created, key, i, j}, key + '/' + one.name});
                }
            }
        }
    }
    std::ranges::sort(all, [](Competitor const& a, Competitor const& b) {
        if (a.host != b.host) return model::more_specific(a.host, b.host);
        return model::precedes(a.candidate, b.candidate);
    });
    return all;
}

std::string expected(std::vector<Competitor> const& order, RequestView const& request) {
    for (Competitor const& one : order) {
        if (model::matches_host(one.host, request.host) &&
            matches_path(one.candidate.match->path, request.path) &&
            matches_conditions(*one.candidate.match, request)) {
            return one.name;
        }
    }
    return "none";
}

TEST(Precedence, IsThatOfALookAtEveryMatch) {
    std::array const headers{http::Field{"X", "1"}, http::Field{"Y", "1"}};
    std::array<std::string_view, 1> const offered{"p"};
    std::size_t found = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Dice dice(seed);
        TableBuilder const builder = random_table(dice);
        auto const table = builder.compile();
        auto const order = in_order(table->source());
        for (std::string_view const host : kHosts) {
            for (std::string_view const path : kPaths) {
                RequestView const request{
                    .host = host,
                    .path = path,
                    .query = dice.one_in(2) ? "q=1" : "",
                    .headers = std::span(headers).first(dice.below(3)),
                    .subprotocols = std::span(offered).first(dice.below(2)),
                };
                std::string const taken = taken_by(*table, request);
                ASSERT_EQ(taken, expected(order, request)) << host << ' ' << path;
                found += taken != "none" ? 1 : 0;
            }
        }
    }
    EXPECT_GT(found, 1000u) << "the tables hardly match anything: the test says nothing";
}

}  // namespace
}  // namespace holdfast::routing
