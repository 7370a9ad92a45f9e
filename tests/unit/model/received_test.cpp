// Goal: releases next to each other agree on the hash of a table, though one of them does not know
// all that is in it. Method: tables as a newer release would send them: with a member, a nested
// member and a collection that this build has never heard of; whole, by delta, and said again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "common/model/received.hpp"
#include "common/model/table_json.hpp"
#include "common/model/version.hpp"
#include "tests/support/problem_printer.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

json::object parse(std::string_view text) { return json::parse(text).as_object(); }

json::object newer_table() {
    return parse(R"({
        "gateway": "default/edge",
        "listeners": {"web": {"name": "web", "port": 80, "proxyProtocol": true}},
        "backends": {"default/chat:80": {"endpoints": [{"address": "10.0.0.1", "port": 80}]}},
        "routes": {"default/chat": {
            "attachments": [{"listener": "web", "hostnames": [""]}],
            "rules": [{"name": "0", "matches": [{}], "quota": {"perSecond": 5}}]}},
        "policies": {"default/limits": {"messages": 100}, "default/other": {}}})");
}

Received received(json::object const& json) { return *Received::from_json(json); }

/// The hash that a peer computes which knows everything.
std::string peer_hash(json::object const& json) { return hash_of(fingerprint_of(json)); }

TEST(Received, IsHashedAsItsSenderHashesIt) {
    EXPECT_EQ(received(newer_table()).hash(), peer_hash(newer_table()));
    EXPECT_NE(received(newer_table()).hash(), content_hash(*received(newer_table()).table()));
}

TEST(Received, HashesATableOfThisReleaseAsContentHashDoes) {
    test::Random random(test::seed());
    for (int round = 0; round < 200; ++round) {
        Table const table = test::random_table(random);
        Received const came = received(json::parse(json::serialize(to_json(table))).as_object());
        ASSERT_EQ(came.hash(), content_hash(table));
        ASSERT_EQ(came.to_json(), to_json(table));
    }
}

TEST(Received, HashesEveryMemberThatItDoesNotKnow) {
    std::string const hash = received(newer_table()).hash();
    json::object changed = newer_table();
    changed["listeners"].as_object()["web"].as_object()["proxyProtocol"] = false;
    EXPECT_NE(received(changed).hash(), hash);
    changed = newer_table();
    changed["routes"].at("default/chat").at("rules").at(0).at("quota").as_object()["perSecond"] = 6;
    EXPECT_NE(received(changed).hash(), hash);
    changed = newer_table();
    changed["policies"].as_object().erase("default/other");
    EXPECT_NE(received(changed).hash(), hash);
}

TEST(Received, FollowsADeltaOfANewerRelease) {
    Received const base = received(newer_table());
    Delta const delta{parse(R"({"backends": {"default/chat:80": {"weight": 3, "endpoints": []}},
                  "policies": {"default/limits": {"messages": 7}}, "quotas": {"a": 1}})"),
                      parse(R"({"routes": ["default/chat"], "policies": ["default/other"]})")};
    json::object after = newer_table();
    after["backends"] = delta.upserts.at("backends");
    after["policies"] = delta.upserts.at("policies");
    after["quotas"] = delta.upserts.at("quotas");
    after.erase("routes");
    auto const next = base.with(delta);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->hash(), peer_hash(after));
    EXPECT_EQ(peer_hash(next->to_json()), peer_hash(after));
    EXPECT_TRUE(next->table()->routes.empty());
    EXPECT_EQ(next->table()->listeners.at("web"), base.table()->listeners.at("web"));
}

TEST(Received, FollowsEveryDeltaOfThisRelease) {
    test::Random random(test::seed());
    Table from = test::random_table(random);
    Received came = received(to_json(from));
    for (int round = 0; round < 200; ++round) {
        Table const to =
            round % 10 == 0 ? test::random_table(random) : test::random_change(from, random);
        auto next = came.with(difference(from, to));
        ASSERT_TRUE(next.has_value());
        ASSERT_EQ(next->hash(), content_hash(to));
        ASSERT_EQ(next->to_json(), to_json(to));
        from = to;
        came = *std::move(next);
    }
}

TEST(Received, ForgetsWhatCameWithAnEntryThatThisBuildReadsWhole) {
    Delta const delta{parse(R"({"listeners": {"web": {"name": "web", "port": 80}}})"), {}};
    auto const next = received(newer_table()).with(delta);
    ASSERT_TRUE(next.has_value());
    EXPECT_FALSE(next->to_json().at("listeners").at("web").as_object().contains("proxyProtocol"));
}

TEST(Received, SaysAgainAllThatCame) {
    EXPECT_EQ(received(newer_table()).to_json(), newer_table());
}

TEST(Received, ReportsWhatTheTableAndTheDeltaReport) {
    EXPECT_TRUE(Received::from_json(parse(R"({"routes": 7})")).has_error());
    Delta const stray{{}, parse(R"({"routes": ["default/none"]})")};
    EXPECT_TRUE(received(newer_table()).with(stray).has_error());
}

}  // namespace
}  // namespace holdfast::model
