// Goal: a drain closes every session in order by its deadline, and cuts what does not answer.
// Method: real sessions, drains of a few seconds; the pace itself is pacer_test's.
#include <gmock/gmock.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

class Drain : public testing::Test {
protected:
    Drain() {
        EXPECT_THAT(gateway_.serve(chat_table(gateway_, {backend_.port()})), testing::IsEmpty());
    }

    std::vector<RawSocket> open_sessions(int count) {
        std::vector<RawSocket> sessions;
        for (int i = 0; i < count; ++i)
            sessions.push_back(gateway_.open_session());
        EXPECT_TRUE(gateway_.wait_for_sessions(sessions.size()));
        return sessions;
    }

    static void answer_close(RawSocket& session) {
        EXPECT_EQ(read_frame(session).close_code(), 1012);
        session.send(client_frame(close_payload(1012), 8));
        EXPECT_EQ(session.read_to_end(), "");
        session.close();
    }

    Backend backend_{echo};
    Gateway gateway_;
};

TEST_F(Drain, ClosesEverySessionWithOneCloseFrameBeforeItsDeadline) {
    auto sessions = open_sessions(20);
    auto const deadline = Clock::now() + 7s;

    gateway_.worker().drain(deadline);
    for (auto& session : sessions)
        answer_close(session);

    EXPECT_TRUE(gateway_.wait_for_sessions(0));
    EXPECT_LT(Clock::now(), deadline);
    EXPECT_EQ(gateway_.worker().cells().drain_forced.get(), 0u);
    auto const lines = gateway_.log().wait_for(20);
    ASSERT_EQ(lines.size(), 20u);
    for (auto const& line : lines)
        EXPECT_EQ(to_string(line.reason), "drain");
}

TEST_F(Drain, ClosesSessionsThatJoinLater) {
    gateway_.worker().drain(Clock::now() + 6s);
    auto session = gateway_.open_session();
    answer_close(session);
    EXPECT_TRUE(gateway_.wait_for_sessions(0));
}

TEST_F(Drain, MovesWithItsDeadline) {
    auto sessions = open_sessions(5);
    gateway_.worker().drain(Clock::now() + 1h);

    gateway_.worker().drain(Clock::now() + 5s);
    for (auto& session : sessions)
        answer_close(session);

    EXPECT_TRUE(gateway_.wait_for_sessions(0));
}

TEST_F(Drain, CutsAtItsDeadlineWhoDoesNotAnswerAndCountsIt) {
    auto sessions = open_sessions(2);

    gateway_.worker().drain(Clock::now() + 1s);

    EXPECT_TRUE(gateway_.wait_for_sessions(0));
    EXPECT_EQ(gateway_.worker().cells().drain_forced.get(), 2u);
}

TEST_F(Drain, CanBeCancelled) {
    auto sessions = open_sessions(3);
    gateway_.worker().drain(Clock::now() + 1h);
    gateway_.worker().cancel_drain();
    for (auto& session : sessions) {
        session.send(client_frame("alive"));
        EXPECT_EQ(read_frame(session).payload, "alive");
    }
}

/// A drain that is near its deadline may close inside a fragmented message; one that was taken
/// back leaves nothing of that behind.
TEST_F(Drain, CancelledInItsLastSecondsClosesBetweenMessagesAgain) {
    std::promise<void> finish_message;
    Backend const halting([&](RawSocket& client) {
        client.send(switching_answer(read_head(client)));
        client.send(server_fragment("half "));
        finish_message.get_future().wait();
        client.send(server_frame("a message", 0));
        (void)client.read_to_end();
    });
    auto drained = open_sessions(1);
    gateway_.worker().drain(Clock::now() + 4s);
    answer_close(drained[0]);
    ASSERT_TRUE(gateway_.wait_for_sessions(0));
    gateway_.worker().cancel_drain();

    auto table = chat_table(gateway_, {halting.port()});
    edit_rule(table, [](model::Rule& rule) { rule.on_delete = model::LiveSessions::close; });
    ASSERT_THAT(gateway_.serve(table), testing::IsEmpty());
    auto session = gateway_.open_session();
    EXPECT_EQ(read_frame(session).payload, "half ");
    table.routes.clear();
    ASSERT_THAT(gateway_.serve(table), testing::IsEmpty());
    EXPECT_EQ(gateway_.ask(handshake_request()).head.status(), 404);
    finish_message.set_value();

    EXPECT_EQ(read_frame(session).payload, "a message");
    EXPECT_EQ(read_frame(session).close_code(), 1012);
}

TEST_F(Drain, StoppingTheWorkerEndsHandshakesWhereverTheyAre) {
    std::promise<void> asked;
    Backend const silent([&](RawSocket& client) {
        (void)read_head(client);
        asked.set_value();
        (void)client.read_to_end();
    });
    ASSERT_THAT(gateway_.serve(chat_table(gateway_, {silent.port()})), testing::IsEmpty());
    auto refused = gateway_.send(handshake_request("/other"));
    ASSERT_EQ(read_head(refused).status(), 404);
    auto const waiting = gateway_.send(handshake_request());
    asked.get_future().wait();
    // The refused one is answered and lingers; the other is not answered yet.
    ASSERT_TRUE(eventually([&] { return gateway_.worker().load() == 1; }));

    gateway_.serving().stop();

    EXPECT_EQ(gateway_.worker().load(), 0u);
    EXPECT_EQ(gateway_.log().wait_for(2).back().status, 0);
}

TEST_F(Drain, StoppingTheWorkerEndsSessionsAndHandshakes) {
    auto sessions = open_sessions(2);
    auto const half_way = gateway_.send("GET /chat HTTP/1.1\r\n");
    ASSERT_TRUE(eventually([&] { return gateway_.worker().load() == 3; }));

    gateway_.serving().stop();

    EXPECT_EQ(gateway_.worker().sessions(), 0u);
    EXPECT_EQ(gateway_.log().wait_for(3).size(), 3u);
}

}  // namespace
}  // namespace holdfast::test
