// Goal: tables come into force and every controller knows it, whatever controllers do.
// Method: scripted controllers on Unix sockets; the client's clockwork is set to milliseconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/control/push_client_fixture.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

class PushClientTest : public PushClientFixture {};

TEST_F(PushClientTest, GreetsAndAcknowledgesASnapshot) {
    auto const a = controller("a");
    start();
    auto const hello = next<push::Hello>(*a);
    EXPECT_EQ(hello.node, "dp-0");
    EXPECT_TRUE(hello.subscribe);
    EXPECT_EQ(hello.have, "");
    a->send(snapshot(first_, {}, 41));
    auto const ack = next<push::Ack>(*a);
    EXPECT_EQ(ack.nonce, 41u);
    EXPECT_EQ(ack.hash, model::content_hash(first_));
    EXPECT_EQ(target_.served.size(), 1u);
    EXPECT_EQ(applied_, 1);
}

TEST_F(PushClientTest, RefusesABadTableAndKeepsTheOldOne) {
    auto const a = controller("a");
    start();
    bring_into_force(*a, first_);
    model::Table broken = first_;
    broken.routes["default/chat"] = route("no-slash");
    a->send(snapshot(broken, {}, 2));
    auto const nack = next<push::Nack>(*a);
    EXPECT_EQ(nack.nonce, 2u);
    EXPECT_EQ(nack.hash, model::content_hash(first_));
    ASSERT_FALSE(nack.problems.empty());
    EXPECT_EQ(nack.problems[0].object, "Route default/chat");
    EXPECT_EQ(target_.served.size(), 1u);
}

TEST_F(PushClientTest, TellsAControllerWhatCannotBeServedHere) {
    target_.refusal = {{"", "", "port 8080 is in use"}};
    auto const a = controller("a");
    start();
    (void)next<push::Hello>(*a);
    a->send(snapshot(first_));
    EXPECT_EQ(next<push::Nack>(*a).problems, target_.refusal);
}

TEST_F(PushClientTest, AppliesADelta) {
    auto const a = controller("a");
    start();
    bring_into_force(*a, first_);
    a->send(delta(first_, second_));
    EXPECT_EQ(next<push::Ack>(*a).hash, model::content_hash(second_));
    EXPECT_TRUE(model::equal(*target_.served.back(), second_));
}

TEST_F(PushClientTest, RefusesADeltaOnAnotherBase) {
    auto const a = controller("a");
    start();
    bring_into_force(*a, second_);
    a->send(delta(first_, second_, 7));
    auto const nack = next<push::Nack>(*a);
    EXPECT_EQ(nack.nonce, 7u);
    EXPECT_EQ(nack.hash, model::content_hash(second_));
}

TEST_F(PushClientTest, TakesATableThatComesInManyPieces) {
    model::Table large = second_;
    for (int i = 0; i < 2000; ++i) {
        large.routes["default/r" + std::to_string(i)] = route("/r" + std::to_string(i));
    }
    auto const a = controller("a");
    start();
    bring_into_force(*a, large);
    EXPECT_EQ(target_.served.back()->routes.size(), 2001u);
}

TEST_F(PushClientTest, DialsAgainAndSaysWhatIsInForce) {
    auto const a = controller("a");
    start();
    bring_into_force(*a, first_);
    a->last().cut();
    ASSERT_TRUE(run_until([&] { return a->streams() == 2; }));
    EXPECT_EQ(next<push::Hello>(*a).have, model::content_hash(first_));
}

TEST_F(PushClientTest, FindsAControllerThatStartsLater) {
    options_.controllers.push_back({{}, socket("late")});
    start();
    TimePoint const later = Clock::now() + 50ms;
    ASSERT_TRUE(run_until([&] { return Clock::now() >= later; }));
    FakeController late(io_, socket("late"));
    (void)next<push::Hello>(late);
}

TEST_F(PushClientTest, IsConfirmedByAControllerThatHasTheSame) {
    auto const a = controller("a");
    start();
    bring_into_force(*a, first_);
    a->send(push::Same{model::content_hash(first_)});
    EXPECT_TRUE(run_until([&] { return applied_ == 2; }));
}

TEST_F(PushClientTest, IgnoresFramesOfANewerController) {
    auto const a = controller("a");
    start();
    (void)next<push::Hello>(*a);
    a->send_text(R"({"invention":{"of":"later"}})");
    a->send(snapshot(first_));
    (void)next<push::Ack>(*a);
    EXPECT_EQ(a->streams(), 1u);
}

TEST_F(PushClientTest, CutsAControllerThatTalksNonsenseAndDialsAgain) {
    auto const a = controller("a");
    start();
    (void)next<push::Hello>(*a);
    a->send_text(R"({"snapshot":)");
    EXPECT_TRUE(run_until([&] { return a->streams() == 2; }));
}

TEST_F(PushClientTest, LeavesAControllerThatSendsBinaryMessagesAndDialsAgain) {
    auto const a = controller("a");
    start();
    (void)next<push::Hello>(*a);
    FakeController::Stream& stream = a->last();
    stream.be_binary();
    stream.write("{}");
    EXPECT_TRUE(run_until([&] { return a->streams() == 2; }));
    EXPECT_EQ(stream.close_code, 1003);
}

// --- controllers that misbehave before messages flow -------------------------------------------

TEST_F(PushClientTest, DialsAgainWhenTheUpgradeIsRefused) {
    auto const a = controller("a");
    a->set_manner(Manner::say_404);
    start();
    ASSERT_TRUE(run_until([&] { return a->connections() >= 2; }));
    a->set_manner(Manner::answer);
    (void)next<push::Hello>(*a);
}

TEST_F(PushClientTest, GivesUpADialThatTakesTooLong) {
    options_.times.dial_timeout = 30ms;
    auto const a = controller("a");
    a->set_manner(Manner::say_nothing);
    start();
    EXPECT_TRUE(run_until([&] { return a->connections() >= 2; }));
}

TEST_F(PushClientTest, LeavesAControllerThatIsSilentForThreePings) {
    options_.times.ping_interval = 20ms;
    auto const a = controller("a");
    a->set_manner(Manner::stop_reading);
    start();
    ASSERT_TRUE(run_until([&] { return a->streams() == 1; }));
    a->set_manner(Manner::answer);
    EXPECT_TRUE(run_until([&] { return a->streams() == 2; }));
}

TEST_F(PushClientTest, StaysWithAControllerThatOnlyAnswersPings) {
    options_.times.ping_interval = 20ms;
    auto const a = controller("a");
    start();
    (void)next<push::Hello>(*a);
    TimePoint const later = Clock::now() + 300ms;
    EXPECT_TRUE(run_until([&] { return Clock::now() >= later; }));
    EXPECT_EQ(a->streams(), 1u);
}

// --- several controllers -----------------------------------------------------------------------

class TwoControllers : public PushClientFixture {
protected:
    /// `a_` is the source, and `first_` is in force.
    TwoControllers() {
        options_.controllers.push_back({{}, socket("b")});
        start();
        bring_into_force(*a_, first_);
        b_ = std::make_unique<FakeController>(io_, socket("b"));
        hello_to_b_ = next<push::Hello>(*b_);
    }

    std::unique_ptr<FakeController> a_ = controller("a");
    std::unique_ptr<FakeController> b_;
    push::Hello hello_to_b_;
};

TEST_F(TwoControllers, HaveOneThatIsSubscribedTo) {
    EXPECT_FALSE(hello_to_b_.subscribe);
    EXPECT_EQ(hello_to_b_.have, model::content_hash(first_));
    EXPECT_EQ(client_->connected(), 2u);
}

TEST_F(TwoControllers, BothLearnWhatIsInForce) {
    a_->send(delta(first_, second_, 9));
    EXPECT_EQ(next<push::Ack>(*a_).nonce, 9u);
    auto const ack = next<push::Ack>(*b_);
    EXPECT_EQ(ack.nonce, 0u);
    EXPECT_EQ(ack.hash, model::content_hash(second_));
}

TEST_F(TwoControllers, MayNotBothGiveTables) {
    b_->send(snapshot(second_));
    a_->send(snapshot(first_, {}, 5));
    (void)next<push::Ack>(*b_);
    EXPECT_EQ(applier_.in_force()->version.hash, model::content_hash(first_));
    EXPECT_EQ(target_.served.size(), 2u);
}

TEST_F(TwoControllers, TakeOverFromEachOther) {
    a_->close();
    EXPECT_EQ(next<push::Subscribe>(*b_).have, model::content_hash(first_));
    b_->send(delta(first_, second_));
    EXPECT_EQ(next<push::Ack>(*b_).hash, model::content_hash(second_));
}

TEST_F(TwoControllers, TakeOverWhenTheSourceGoesAwayPolitely) {
    a_->send(push::GoAway{});
    EXPECT_EQ(next<push::Subscribe>(*b_).have, model::content_hash(first_));
    EXPECT_TRUE(run_until([&] { return a_->streams() == 2; }));
    EXPECT_FALSE(next<push::Hello>(*a_).subscribe);
}

TEST_F(TwoControllers, LearnOfATableFromDisk) {
    client_->took_from_disk("ab12");
    EXPECT_EQ(next<push::Ack>(*b_).hash, "ab12");
}

}  // namespace
}  // namespace holdfast::test
