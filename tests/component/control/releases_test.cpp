// Goal: controllers of the release before and of the one after work with this data plane.
// Method: scripted controllers on Unix sockets; their frames are text, as those releases write
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <format>
#include <string>

#include "common/model/fingerprint.hpp"
#include "tests/component/control/push_client_fixture.hpp"

namespace holdfast::test {
namespace {

namespace json = boost::json;

/// What a newer controller says of the table that this release knows as `known`: a member of an
/// entry, a nested one and a collection more.
json::object newer_table(model::Table const& known) {
    json::object table = model::to_json(known);
    json::object& listener = table["listeners"].as_object()["ws"].as_object();
    listener["proxyProtocol"] = true;
    listener["quic"] = {{"versions", {1, 2}}};
    table["policies"] = {{"default/limits", {{"messages", 100}}}, {"default/other", {}}};
    return table;
}

/// The hash as a peer computes it that knows everything.
std::string peer_hash(json::object const& table) {
    return model::hash_of(model::fingerprint_of(table));
}

class ReleasesTest : public PushClientFixture {
protected:
    /// Sends the whole table as a newer controller does; the hash that the data plane confirms.
    std::string take_newer(FakeController& controller, json::object const& table) {
        controller.send_text(std::format(
            R"({{"snapshot":{{"nonce":5,"urgent":false,"table":{},
                "version":{{"hash":"{}","sources":{{"Policy":7}},"epoch":3}}}}}})",
            json::serialize(table), peer_hash(table)));
        return next<push::Ack>(controller).hash;
    }
};

TEST_F(ReleasesTest, AnOldControllerIsFollowedByWholeTables) {
    auto const old = controller("old");
    start();
    bring_into_force(*old, first_);
    old->send(snapshot(second_, {}, 2));
    auto const ack = next<push::Ack>(*old);
    EXPECT_EQ(ack.nonce, 2u);
    EXPECT_EQ(ack.hash, model::content_hash(second_));
    EXPECT_TRUE(model::equal(*target_.served.back(), second_));
}

TEST_F(ReleasesTest, AnOldControllerMaySayNoMoreOfATableThanItMust) {
    auto const old = controller("old");
    start();
    (void)next<push::Hello>(*old);
    json::object const table =
        json::parse(R"({"gateway":"default/edge","listeners":{"ws":{"name":"ws","port":8080}}})")
            .as_object();
    old->send_text(
        std::format(R"({{"snapshot":{{"nonce":1,"version":{{"hash":"{}"}},"table":{}}}}})",
                    peer_hash(table), json::serialize(table)));
    EXPECT_EQ(next<push::Ack>(*old).hash, peer_hash(table));
    EXPECT_EQ(target_.served.back()->listeners.at("ws")->port, 8080);
}

TEST_F(ReleasesTest, ANewerControllersTableIsServedAsFarAsItIsKnownAndHashedWhole) {
    auto const newer = controller("newer");
    start();
    (void)next<push::Hello>(*newer);
    EXPECT_EQ(take_newer(*newer, newer_table(second_)), peer_hash(newer_table(second_)));
    EXPECT_NE(peer_hash(newer_table(second_)), model::content_hash(second_));
    EXPECT_TRUE(model::equal(*target_.served.back(), second_));
}

TEST_F(ReleasesTest, ANewerControllersDeltaIsAppliedToWhatIsNotKnownAsWell) {
    auto const newer = controller("newer");
    start();
    (void)next<push::Hello>(*newer);
    std::string const base = take_newer(*newer, newer_table(first_));
    json::object after = newer_table(second_);
    after["policies"] = {{"default/limits", {{"messages", 7}}}};
    newer->send_text(std::format(
        R"({{"delta":{{"nonce":6,"base":"{}","version":{{"hash":"{}","sources":{{}}}},
            "upserts":{{"routes":{},"policies":{}}},"removes":{{"policies":["default/other"]}},
            "compressed":false}}}})",
        base, peer_hash(after), json::serialize(after["routes"]),
        json::serialize(after["policies"])));
    EXPECT_EQ(next<push::Ack>(*newer).hash, peer_hash(after));
    EXPECT_TRUE(model::equal(*target_.served.back(), second_));
}

TEST_F(ReleasesTest, WhatANewerControllerSaysBesidesIsIgnored) {
    auto const newer = controller("newer");
    start();
    (void)next<push::Hello>(*newer);
    newer->send_text(R"({"welcome":{"features":["delta","compression"]}})");
    std::string const hash = take_newer(*newer, newer_table(first_));
    newer->send_text(std::format(R"({{"same":{{"hash":"{}","since":"today"}}}})", hash));
    EXPECT_TRUE(run_until([&] { return applied_ == 2; }));
    EXPECT_EQ(newer->streams(), 1u);
    newer->send_text(R"({"goaway":{"dialAgainAfter":"1s"}})");
    EXPECT_TRUE(run_until([&] { return newer->streams() == 2; }));
    EXPECT_EQ(next<push::Hello>(*newer).have, hash);
}

TEST_F(ReleasesTest, ControllersOfTwoReleasesTakeOverFromEachOther) {
    auto const newer = controller("newer");
    options_.controllers.push_back({{}, socket("present")});
    start();
    (void)next<push::Hello>(*newer);
    std::string const hash = take_newer(*newer, newer_table(first_));
    FakeController present(io_, socket("present"));
    EXPECT_EQ(next<push::Hello>(present).have, hash);

    newer->last().cut();
    EXPECT_EQ(next<push::Subscribe>(present).have, hash);
    present.send(snapshot(first_));
    EXPECT_EQ(next<push::Ack>(present).hash, model::content_hash(first_));

    ASSERT_TRUE(run_until([&] { return newer->streams() == 2; }));
    EXPECT_FALSE(next<push::Hello>(*newer).subscribe);
    present.last().cut();
    EXPECT_EQ(next<push::Subscribe>(*newer).have, model::content_hash(first_));
    EXPECT_EQ(take_newer(*newer, newer_table(first_)), hash);
}

}  // namespace
}  // namespace holdfast::test
