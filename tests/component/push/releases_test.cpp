// Goal: data planes of the release before and of the one after work with this controller.
// Method: a real server on a Unix socket; the peers' frames are text, as those releases write them.
#include <gmock/gmock.h>

#include <algorithm>
#include <format>
#include <memory>
#include <string_view>

#include "common/model/delta.hpp"
#include "tests/component/push/push_fixture.hpp"

namespace holdfast::controller {
namespace {

using test::PushClient;

/// All that a hello must say.
constexpr std::string_view kOldHello =
    R"({"hello":{"protocol":1,"node":"old","gateway":"default/edge","subscribe":true}})";

/// A hello with a feature and members that this release has never heard of.
constexpr std::string_view kNewHello =
    R"({"hello":{"protocol":1,"features":["compression","delta"],"node":"new",
        "gateway":"default/edge","build":"9.0.0","subscribe":true,"have":"",
        "zone":"a","capacity":{"sessions":100000}}})";

class ReleasesTest : public PushTest {
protected:
    [[nodiscard]] std::unique_ptr<PushClient> greeted(std::string_view hello) {
        auto client = PushClient::over_unix(socket_path());
        client->send_text(hello);
        return client;
    }
    [[nodiscard]] bool wait_for_state(DataplaneState state) {
        return wait_until([&] {
            auto const all = publisher_.fleet().dataplanes();
            return !all.empty() && std::ranges::all_of(all, [&](DataplaneStatus const& each) {
                return each.state == state;
            });
        });
    }

    model::Table const first_ = test::table();
    model::Table const second_ = test::chat_table();
};

TEST_F(ReleasesTest, AnOldDataPlaneGetsEveryTableWhole) {
    publish(first_);
    auto const old = greeted(kOldHello);
    acknowledge(*old, old->expect<push::Snapshot>());
    ASSERT_TRUE(wait_for_state(DataplaneState::current));
    publish(second_);
    auto const next = old->expect<push::Snapshot>();
    EXPECT_EQ(next.version.hash, model::content_hash(second_));
    acknowledge(*old, next);
    EXPECT_TRUE(wait_for_state(DataplaneState::current));
}

TEST_F(ReleasesTest, AnOldDataPlaneMayRefuseWithoutSayingWhy) {
    publish(first_);
    auto const old = greeted(kOldHello);
    old->send_text(
        std::format(R"({{"nack":{{"nonce":{}}}}})", old->expect<push::Snapshot>().nonce));
    ASSERT_TRUE(wait_for_state(DataplaneState::refused));
    publish(second_);
    EXPECT_EQ(old->expect<push::Snapshot>().version.hash, model::content_hash(second_));
}

TEST_F(ReleasesTest, ANewerDataPlaneGetsDeltasBesideAnOldOneThatGetsTheWhole) {
    publish(first_);
    auto const newer = greeted(kNewHello);
    auto const old = greeted(kOldHello);
    acknowledge(*newer, newer->expect<push::Snapshot>());
    acknowledge(*old, old->expect<push::Snapshot>());
    ASSERT_TRUE(wait_for_state(DataplaneState::current));
    publish(second_);
    auto const delta = newer->expect<push::DeltaFrame>();
    auto const whole = old->expect<push::Snapshot>();
    EXPECT_EQ(delta.version.hash, whole.version.hash);
    newer->send(push::Ack{delta.nonce, delta.version.hash});
    acknowledge(*old, whole);
    EXPECT_TRUE(wait_for_state(DataplaneState::current));
}

TEST_F(ReleasesTest, WhatANewerDataPlaneSaysBesidesIsIgnored) {
    publish(first_);
    auto const newer = greeted(kNewHello);
    auto const snapshot = newer->expect<push::Snapshot>();
    newer->send_text(R"({"load":{"sessions":3}})");
    newer->send_text(std::format(
        R"({{"nack":{{"nonce":{},"hash":"","retryable":true,"problems":
            [{{"object":"","field":"","message":"no memory","severity":"low"}}]}}}})",
        snapshot.nonce));
    ASSERT_TRUE(wait_for_state(DataplaneState::refused));
    publish(second_);
    auto const next = newer->expect<push::Snapshot>();
    newer->send_text(std::format(R"({{"ack":{{"nonce":{},"hash":"{}","appliedIn":0.25}}}})",
                                 next.nonce, next.version.hash));
    EXPECT_TRUE(wait_for_state(DataplaneState::current));
}

TEST_F(ReleasesTest, ADataPlaneThatComesFromANewerControllerGetsTheWholeTable) {
    publish(first_);
    auto const newer = greeted(
        R"({"hello":{"protocol":1,"features":["delta"],"node":"new","gateway":"default/edge",
            "subscribe":false,"have":"a-hash-over-what-is-not-known-here"}})");
    ASSERT_TRUE(wait_for_state(DataplaneState::behind));
    newer->send_text(
        R"({"subscribe":{"have":"a-hash-over-what-is-not-known-here","because":"goaway"}})");
    auto const snapshot = newer->expect<push::Snapshot>();
    acknowledge(*newer, snapshot);
    ASSERT_TRUE(wait_for_state(DataplaneState::current));
    publish(second_);
    EXPECT_EQ(newer->expect<push::DeltaFrame>().base, snapshot.version.hash);
}

}  // namespace
}  // namespace holdfast::controller
