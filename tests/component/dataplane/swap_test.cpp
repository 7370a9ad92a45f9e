// Goal: a new table moves new handshakes, and touches live sessions only as their rule says.
// Method: one session admitted by `default/chat`, then tables that change it.
#include <gmock/gmock.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;
using model::LiveSessions;

class TableSwap : public testing::Test {
protected:
    TableSwap() : table_(chat_table(gateway_, {backend_.port()})) {}

    void serve() { ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty()); }

    /// The session's end as the client and the log see it.
    void expect_closed(RawSocket& session, std::uint16_t code, Reason reason) {
        auto const frame = read_frame(session);
        EXPECT_EQ(frame.close_code(), code);
        session.send(client_frame(close_payload(code), 8));
        EXPECT_EQ(session.read_to_end(), "");
        session.close();
        auto const lines = gateway_.log().wait_for(1);
        ASSERT_EQ(lines.size(), 1u);
        EXPECT_EQ(to_string(lines[0].reason), to_string(reason));
        EXPECT_EQ(lines[0].close_code, code);
    }

    static void expect_alive(RawSocket& session) {
        session.send(client_frame("alive"));
        EXPECT_EQ(read_frame(session).payload, "alive");
    }

    Backend backend_{echo};
    Gateway gateway_;
    model::Table table_;
};

TEST_F(TableSwap, MovesNewHandshakesAndKeepsSessionsByDefault) {
    serve();
    auto session = gateway_.open_session();
    Backend elsewhere(echo);
    table_ = chat_table(gateway_, {elsewhere.port()});
    edit_rule(table_, [](model::Rule& rule) { rule.timeouts.connect = 1s; });

    serve();
    auto const next = gateway_.open_session();

    EXPECT_TRUE(next.is_open());
    EXPECT_EQ(elsewhere.connections(), 1);
    expect_alive(session);
}

TEST_F(TableSwap, ClosesSessionsOfAChangedRuleThatSaysClose) {
    serve();
    auto session = gateway_.open_session();
    edit_rule(table_, [](model::Rule& rule) {
        rule.on_change = LiveSessions::close;
        rule.drain_code = 1001;
    });
    serve();
    expect_closed(session, 1001, Reason::route_changed);
}

TEST_F(TableSwap, DrainsSessionsOfAChangedRuleOverItsTime) {
    edit_rule(table_, [](model::Rule& rule) {
        rule.on_change = LiveSessions::drain;
        rule.drain_over = 500ms;
    });
    serve();
    auto one = gateway_.open_session();
    auto two = gateway_.open_session();
    auto const before = std::chrono::steady_clock::now();
    edit_rule(table_, [](model::Rule& rule) { rule.timeouts.idle = 1h; });

    serve();
    EXPECT_EQ(read_frame(one).close_code(), 1012);
    EXPECT_EQ(read_frame(two).close_code(), 1012);

    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST_F(TableSwap, TakesOtherEndpointsAndWeightsForNoChange) {
    edit_rule(table_, [](model::Rule& rule) { rule.on_change = LiveSessions::close; });
    serve();
    auto session = gateway_.open_session();
    table_.backends["default/echo:80"] = std::make_shared<model::Backend const>();
    edit_rule(table_, [](model::Rule& rule) { rule.backends[0].weight = 7; });
    serve();
    expect_alive(session);
}

TEST_F(TableSwap, ClosesSessionsOfADeletedRouteThatSaysClose) {
    edit_rule(table_, [](model::Rule& rule) { rule.on_delete = LiveSessions::close; });
    serve();
    auto session = gateway_.open_session();
    table_.routes.clear();
    serve();
    expect_closed(session, 1012, Reason::route_deleted);
}

TEST_F(TableSwap, DrainsSessionsOfADeletedRouteByDefault) {
    edit_rule(table_, [](model::Rule& rule) { rule.drain_over = 300ms; });
    serve();
    auto session = gateway_.open_session();
    table_.routes.clear();
    serve();
    expect_closed(session, 1012, Reason::route_deleted);
}

TEST_F(TableSwap, KeepsSessionsOfADeletedRouteThatSaysKeep) {
    edit_rule(table_, [](model::Rule& rule) { rule.on_delete = LiveSessions::keep; });
    serve();
    auto session = gateway_.open_session();
    table_.routes.clear();
    serve();
    EXPECT_EQ(gateway_.ask(handshake_request()).head.status(), 404);
    expect_alive(session);
}

TEST_F(TableSwap, JudgesASessionThatIsAdmittedWhileTheTableChanges) {
    std::promise<void> asked;
    std::promise<void> answer_now;
    Backend slow([&](RawSocket& client) {
        auto const request = read_head(client);
        asked.set_value();
        answer_now.get_future().wait();
        client.send(switching_answer(request));
        (void)read_frame(client);
    });
    table_ = chat_table(gateway_, {slow.port()});
    edit_rule(table_, [](model::Rule& rule) { rule.on_delete = LiveSessions::close; });
    serve();
    auto session = gateway_.send(handshake_request());
    asked.get_future().wait();

    table_.routes.clear();
    serve();
    answer_now.set_value();

    EXPECT_EQ(read_head(session).status(), 101);
    expect_closed(session, 1012, Reason::route_deleted);
}

TEST_F(TableSwap, StopsADrainWhenTheRouteComesBack) {
    edit_rule(table_, [](model::Rule& rule) { rule.drain_over = 1h; });
    serve();
    auto session = gateway_.open_session();
    auto const with_route = table_;
    table_.routes.clear();
    serve();
    table_ = with_route;
    serve();
    expect_alive(session);
}

}  // namespace
}  // namespace holdfast::test
