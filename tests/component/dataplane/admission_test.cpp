// Goal: a good handshake becomes a session, and each peer sees what it should of the other.
// Method: a client and a backend that send exact bytes over loopback, the whole data plane between.
#include <gmock/gmock.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

/// A backend that keeps the request's head for the test, then echoes.
class Witness {
public:
    explicit Witness(std::string fields = {})
        : backend_([this, fields](RawSocket& client) { serve(client, fields); }) {}

    [[nodiscard]] std::uint16_t port() const { return backend_.port(); }
    [[nodiscard]] Head request() { return request_.get_future().get(); }

private:
    void serve(RawSocket& client, std::string const& fields) {
        auto request = read_head(client);
        client.send(switching_answer(request, fields));
        request_.set_value(std::move(request));
        (void)client.read_to_end();
    }

    std::promise<Head> request_;
    Backend backend_;
};

TEST(Admission, RelaysMessagesBothWays) {
    Backend backend(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());

    auto client = gateway.open_session();
    ASSERT_TRUE(client.is_open());
    client.send(client_frame("hello"));

    EXPECT_EQ(read_frame(client).payload, "hello");
    EXPECT_EQ(gateway.worker().sessions(), 1u);
}

TEST(Admission, IsCountedAndItsEndIsLoggedOnce) {
    Backend backend(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    auto client = gateway.open_session();

    client.send(client_frame(close_payload(1000), 8));
    EXPECT_EQ(read_frame(client).close_code(), 1000);
    client.close();

    ASSERT_TRUE(gateway.wait_for_sessions(0));
    auto const lines = gateway.log().wait_for(1);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].status, 101);
    EXPECT_EQ(lines[0].reason, Reason::client_close);
    EXPECT_EQ(lines[0].route, "default/chat");
    EXPECT_EQ(lines[0].listener, "ws");
    EXPECT_EQ(lines[0].backend, "default/echo:80");
    EXPECT_EQ(lines[0].endpoint, "127.0.0.1:" + std::to_string(backend.port()));
    EXPECT_EQ(lines[0].host, "chat.example.com");
    EXPECT_EQ(lines[0].path, "/chat");
    auto const upgrades = gateway.counts().upgrades;
    EXPECT_EQ(upgrades.at({.route = "default/chat", .status = 101, .reason = ""}), 1u);
}

TEST(Admission, IsTimedFromAccept) {
    Backend backend(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    auto client = RawSocket::connect(gateway.port());
    ASSERT_TRUE(eventually([&] { return gateway.worker().load() == 1; }));
    auto const& cells = gateway.worker().cells();
    ASSERT_TRUE(eventually([&] { return cells.handshakes_active.get() == 1; }));
    auto const quiet_since = Clock::now();
    ASSERT_TRUE(eventually([&] { return Clock::now() > quiet_since + 300ms; }));

    client.send(handshake_request());
    ASSERT_EQ(read_head(client).status(), 101);

    ASSERT_TRUE(gateway.wait_for_sessions(1));
    telemetry::HistogramCell::Totals totals;
    ASSERT_TRUE(eventually([&] {
        totals = {};
        cells.upgrade_duration.add_to(totals);
        return totals.nanoseconds > 0;
    }));
    EXPECT_GE(std::chrono::nanoseconds(totals.nanoseconds), 300ms);
}

TEST(Admission, TellsTheBackendWhoTheClientIs) {
    Witness backend;
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());

    auto const client =
        gateway.send(handshake_request("/chat?room=7", "X-Forwarded-For: 203.0.113.9\r\n"));

    auto const seen = backend.request();
    EXPECT_EQ(seen.start_line(), "GET /chat?room=7 HTTP/1.1");
    EXPECT_EQ(seen.field("Host"), "chat.example.com");
    EXPECT_EQ(seen.field("X-Forwarded-For"), "203.0.113.9, 127.0.0.1");
    EXPECT_EQ(seen.field("X-Forwarded-Proto"), "http");
    EXPECT_EQ(seen.field("X-Forwarded-Host"), "chat.example.com");
    EXPECT_EQ(seen.field("Sec-WebSocket-Key"), "dGhlIHNhbXBsZSBub25jZQ==");
}

TEST(Admission, KeepsHopByHopFieldsFromTheBackend) {
    Witness backend;
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    std::string request = handshake_request("/chat", "Keep-Alive: 5\r\nX-Mine: 1\r\nTE: gzip\r\n");
    request.replace(request.find("Connection: Upgrade"), 19, "Connection: Upgrade, X-Mine");

    auto const client = gateway.send(request);

    auto const seen = backend.request();
    EXPECT_EQ(seen.field("Connection"), "Upgrade");
    EXPECT_EQ(seen.field("Upgrade"), "websocket");
    EXPECT_EQ(seen.field("Keep-Alive"), "");
    EXPECT_EQ(seen.field("TE"), "");
    EXPECT_EQ(seen.field("X-Mine"), "");
}

TEST(Admission, CarriesOnTheClientsTraceAndRequestId) {
    Witness backend;
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    std::string const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

    auto client = gateway.send(handshake_request(
        "/chat", "X-Request-Id: r-1\r\ntraceparent: 00-" + trace_id + "-00f067aa0ba902b7-01\r\n"));

    auto const seen = backend.request();
    EXPECT_EQ(seen.field("X-Request-Id"), "r-1");
    EXPECT_EQ(seen.field("traceparent").substr(0, 35), "00-" + trace_id);
    EXPECT_NE(seen.field("traceparent").substr(36, 16), "00f067aa0ba902b7");
    EXPECT_EQ(read_head(client).field("X-Request-Id"), "r-1");
}

TEST(Admission, ReplacesThePrefixThatMatched) {
    Witness backend;
    Gateway gateway;
    auto table = chat_table(gateway, {backend.port()});
    edit_rule(table, [](model::Rule& rule) { rule.replace_prefix = "/v2"; });
    ASSERT_THAT(gateway.serve(std::move(table)), testing::IsEmpty());

    auto const client = gateway.send(handshake_request("/chat/room?x=1"));

    EXPECT_EQ(backend.request().start_line(), "GET /v2/room?x=1 HTTP/1.1");
}

TEST(Admission, PassesTheBackendsChoiceOfSubprotocolOn) {
    Witness backend("Sec-WebSocket-Protocol: mqtt\r\nX-Backend: b1\r\n");
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());

    auto client =
        gateway.send(handshake_request("/chat", "Sec-WebSocket-Protocol: stomp, mqtt\r\n"));

    auto const answer = read_head(client);
    EXPECT_EQ(answer.status(), 101);
    EXPECT_EQ(answer.field("Sec-WebSocket-Protocol"), "mqtt");
    EXPECT_EQ(answer.field("X-Backend"), "b1");
    EXPECT_EQ(answer.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Admission, RelaysWhatTheClientSentBehindItsHead) {
    Backend backend(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());

    auto client = gateway.send(handshake_request() + client_frame("early"));

    EXPECT_EQ(read_head(client).status(), 101);
    EXPECT_EQ(read_frame(client).payload, "early");
}

TEST(Admission, RelaysWhatTheClientSendsWhileTheBackendThinks) {
    std::promise<void> answer_now;
    auto const asked = answer_now.get_future().share();
    Backend backend([asked](RawSocket& client) {
        auto const request = read_head(client);
        asked.wait();
        client.send(switching_answer(request));
        client.send(server_frame(read_frame(client).payload));
        (void)client.read_to_end();
    });
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    auto client = gateway.send(handshake_request());
    ASSERT_TRUE(eventually([&] { return backend.connections() == 1; }));

    client.send(client_frame("impatient"));
    answer_now.set_value();

    EXPECT_EQ(read_head(client).status(), 101);
    EXPECT_EQ(read_frame(client).payload, "impatient");
}

TEST(Admission, RelaysWhatTheBackendSentBehindItsHead) {
    Backend backend([](RawSocket& client) {
        auto const request = read_head(client);
        client.send(switching_answer(request) + server_frame("welcome"));
        (void)client.read_to_end();
    });
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());

    auto client = gateway.open_session();

    EXPECT_EQ(read_frame(client).payload, "welcome");
}

TEST(Admission, TakesARequestThatComesByteByByte) {
    Backend backend(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    auto client = RawSocket::connect(gateway.port());

    for (char const byte : handshake_request())
        ASSERT_TRUE(client.send({&byte, 1}));

    EXPECT_EQ(read_head(client).status(), 101);
}

TEST(Admission, SpreadsSessionsOverTheEndpoints) {
    Backend first(echo);
    Backend second(echo);
    Gateway gateway;
    ASSERT_THAT(gateway.serve(chat_table(gateway, {first.port(), second.port()})),
                testing::IsEmpty());

    std::vector<RawSocket> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(gateway.open_session());

    EXPECT_EQ(first.connections(), 2);
    EXPECT_EQ(second.connections(), 2);
}

}  // namespace
}  // namespace holdfast::test
