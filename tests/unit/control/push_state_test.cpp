// Goal: one source of tables at a time, and every controller knows what is in force.
// Method: streams that open, speak and close by hand; what is sent is compared.
#include "dataplane/control/push_state.hpp"

#include <gtest/gtest.h>

namespace holdfast::control {
namespace {

class PushStateTest : public ::testing::Test {
protected:
    /// The only answer, which goes to `stream`.
    template <class Frame>
    static Frame only(Answers const& answers, StreamId stream) {
        EXPECT_EQ(answers.size(), 1u);
        EXPECT_EQ(answers.at(0).stream, stream);
        return std::get<Frame>(answers.at(0).frame);
    }

    PushState state_{{.node = "dp-0", .gateway = "default/edge", .build = "0.1.0"}};
};

TEST_F(PushStateTest, GreetsAControllerWithItsNameAndWhatItHas) {
    auto const hello = only<push::Hello>(state_.opened(1), 1);
    EXPECT_EQ(hello.protocol, push::kProtocol);
    EXPECT_EQ(hello.node, "dp-0");
    EXPECT_EQ(hello.gateway, "default/edge");
    EXPECT_EQ(hello.build, "0.1.0");
    EXPECT_EQ(hello.have, "");
    EXPECT_EQ(hello.features, std::vector<std::string>{"delta"});
}

TEST_F(PushStateTest, SubscribesToTheFirstControllerOnly) {
    EXPECT_TRUE(only<push::Hello>(state_.opened(1), 1).subscribe);
    EXPECT_FALSE(only<push::Hello>(state_.opened(2), 2).subscribe);
    EXPECT_TRUE(state_.is_source(1));
    EXPECT_FALSE(state_.is_source(2));
}

TEST_F(PushStateTest, AnswersTheSourceWithItsNonceAndTheOthersWithZero) {
    (void)state_.opened(1);
    (void)state_.opened(2);
    Answers const answers = state_.accepted(17, "ab12");
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(std::get<push::Ack>(answers[0].frame).nonce, 17u);
    EXPECT_EQ(std::get<push::Ack>(answers[0].frame).hash, "ab12");
    EXPECT_EQ(std::get<push::Ack>(answers[1].frame).nonce, 0u);
    EXPECT_EQ(std::get<push::Ack>(answers[1].frame).hash, "ab12");
}

TEST_F(PushStateTest, TellsALaterControllerWhatIsInForce) {
    (void)state_.opened(1);
    (void)state_.accepted(1, "ab12");
    EXPECT_EQ(only<push::Hello>(state_.opened(2), 2).have, "ab12");
}

TEST_F(PushStateTest, RefusesWithTheProblemsAndTheHashThatStaysInForce) {
    (void)state_.opened(1);
    (void)state_.opened(2);
    (void)state_.accepted(1, "ab12");
    Problem const problem{"Route default/chat", "rules[0]", "is odd"};
    auto const nack = only<push::Nack>(state_.refused(2, {problem}), 1);
    EXPECT_EQ(nack.nonce, 2u);
    EXPECT_EQ(nack.hash, "ab12");
    EXPECT_EQ(nack.problems, std::vector{problem});
}

TEST_F(PushStateTest, SwitchesToTheOldestStreamWhenTheSourceIsLost) {
    for (StreamId const stream : {1, 2, 3}) {
        (void)state_.opened(stream);
    }
    (void)state_.accepted(1, "ab12");
    EXPECT_EQ(only<push::Subscribe>(state_.closed(1), 2).have, "ab12");
    EXPECT_TRUE(state_.is_source(2));
}

TEST_F(PushStateTest, StaysWithTheSourceWhenAnotherStreamIsLost) {
    (void)state_.opened(1);
    (void)state_.opened(2);
    EXPECT_TRUE(state_.closed(2).empty());
    EXPECT_TRUE(state_.is_source(1));
}

TEST_F(PushStateTest, SubscribesToTheNextControllerThatOpensWhenAllWereLost) {
    (void)state_.opened(1);
    EXPECT_TRUE(state_.closed(1).empty());
    EXPECT_FALSE(state_.is_source(1));
    EXPECT_TRUE(only<push::Hello>(state_.opened(2), 2).subscribe);
}

TEST_F(PushStateTest, LeavesASourceThatGoesAwayWhileItsStreamIsStillOpen) {
    (void)state_.opened(1);
    (void)state_.opened(2);
    EXPECT_EQ(only<push::Subscribe>(state_.going_away(1), 2).have, "");
    EXPECT_FALSE(state_.is_source(1));
    EXPECT_TRUE(state_.closed(1).empty());
    EXPECT_TRUE(state_.is_source(2));
}

TEST_F(PushStateTest, NeverSwitchesToAControllerThatGoesAway) {
    for (StreamId const stream : {1, 2, 3}) {
        (void)state_.opened(stream);
    }
    EXPECT_TRUE(state_.going_away(2).empty());
    (void)only<push::Subscribe>(state_.closed(1), 3);
}

TEST_F(PushStateTest, TellsEveryControllerOfATableFromDiskWithoutANonce) {
    (void)state_.opened(1);
    auto const ack = only<push::Ack>(state_.took_from_disk("ab12"), 1);
    EXPECT_EQ(ack.nonce, 0u);
    EXPECT_EQ(ack.hash, "ab12");
}

TEST_F(PushStateTest, SendsNoMoreProblemsThanANackMayHold) {
    (void)state_.opened(1);
    std::vector<Problem> const many(5000, Problem{"Route default/chat", "rules[0]", "is odd"});
    EXPECT_LE(only<push::Nack>(state_.refused(1, many), 1).problems.size(), 100u);
}

}  // namespace
}  // namespace holdfast::control
