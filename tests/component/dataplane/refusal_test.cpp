// Goal: every handshake that is refused is refused with an HTTP answer the client can read, and
// leaves one line in the log. Method: requests of exact bytes, read to the end of the connection.
#include <gmock/gmock.h>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

class Refusal : public testing::Test {
protected:
    explicit Refusal(ServingOptions const& options = {}) : gateway_(options) {
        auto const problems = gateway_.serve(chat_table(gateway_, {backend_.port()}));
        EXPECT_TRUE(problems.empty());
    }

    void expect_logged(int status, Reason reason) {
        auto const lines = gateway_.log().wait_for(1);
        ASSERT_EQ(lines.size(), 1u);
        EXPECT_EQ(lines[0].status, status);
        EXPECT_EQ(to_string(lines[0].reason), to_string(reason));
        EXPECT_EQ(gateway_.counts().upgrades.size(), 1u);
        EXPECT_EQ(gateway_.counts().upgrades.begin()->first.reason, to_string(reason));
    }

    Backend backend_{echo};
    Gateway gateway_;
};

class SlowHead : public Refusal {
protected:
    SlowHead() : Refusal({.handshake = {.client_head_timeout = 300ms}}) {}
};

std::string without(std::string request, std::string_view line) {
    auto const found = request.find(line);
    return request.erase(found, line.size());
}

TEST_F(Refusal, GarbageIs400) {
    auto const answer = gateway_.ask("\x16\x03\x01 what is this\r\n\r\n");
    EXPECT_EQ(answer.head.status(), 400);
    EXPECT_EQ(answer.head.field("Connection"), "close");
    EXPECT_EQ(answer.ending, Ending::fin);
    expect_logged(400, Reason::bad_request);
}

TEST_F(Refusal, AHandshakeWithoutKeyIs400) {
    auto const request =
        without(handshake_request(), "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    EXPECT_EQ(gateway_.ask(request).head.status(), 400);
    expect_logged(400, Reason::bad_request);
}

TEST_F(Refusal, NoHostIs400) {
    auto const request = without(handshake_request(), "Host: chat.example.com\r\n");
    EXPECT_EQ(gateway_.ask(request).head.status(), 400);
    expect_logged(400, Reason::bad_host);
}

TEST_F(Refusal, AnOriginThatIsNotListedIs403) {
    auto table = chat_table(gateway_, {backend_.port()});
    edit_rule(table, [](model::Rule& rule) { rule.allowed_origins = {"https://good.example"}; });
    ASSERT_THAT(gateway_.serve(std::move(table)), testing::IsEmpty());

    auto const request = handshake_request("/chat", "Origin: https://evil.example\r\n");
    EXPECT_EQ(gateway_.ask(request).head.status(), 403);
    expect_logged(403, Reason::origin_denied);
}

TEST_F(Refusal, AnUnknownPathIs404WhateverIsAskedOfIt) {
    EXPECT_EQ(gateway_.ask(handshake_request("/other")).head.status(), 404);
    EXPECT_EQ(gateway_.ask("GET /other HTTP/1.1\r\nHost: a.example\r\n\r\n").head.status(), 404);
    auto const lines = gateway_.log().wait_for(2);
    EXPECT_EQ(lines[0].path, "/other");
    EXPECT_EQ(lines[0].route, "");
}

TEST_F(SlowHead, IsAnswered408) {
    auto const answer = gateway_.ask("GET /chat HTTP/1.1\r\nHost: a.exa");
    EXPECT_EQ(answer.head.status(), 408);
    EXPECT_EQ(answer.ending, Ending::fin);
    expect_logged(408, Reason::handshake_timeout);
}

TEST_F(Refusal, PlainHttpIs426) {
    auto const answer = gateway_.ask("GET /chat HTTP/1.1\r\nHost: a.example\r\n\r\n");
    EXPECT_EQ(answer.head.status(), 426);
    EXPECT_EQ(answer.head.field("Upgrade"), "websocket");
    expect_logged(426, Reason::upgrade_required);
}

TEST_F(Refusal, AnotherVersionOfWebSocketIs426WithOurs) {
    auto request = handshake_request();
    request.replace(request.find("Version: 13"), 11, "Version: 8");
    auto const answer = gateway_.ask(request);
    EXPECT_EQ(answer.head.status(), 426);
    EXPECT_EQ(answer.head.field("Sec-WebSocket-Version"), "13");
    expect_logged(426, Reason::unsupported_version);
}

TEST_F(Refusal, ARequestLineOf100kBIs431AndStillReadableByItsClient) {
    auto const answer = gateway_.ask(handshake_request("/" + std::string(100'000, 'a')));
    EXPECT_EQ(answer.head.status(), 431);
    EXPECT_EQ(answer.ending, Ending::fin);
    expect_logged(431, Reason::head_too_large);
}

TEST_F(Refusal, AHeadWithoutEndIs431) {
    std::string request = "GET /chat HTTP/1.1\r\nHost: a.example\r\n";
    for (int i = 0; i < 1000; ++i)
        request += "X-" + std::to_string(i) + ": 1\r\n";
    EXPECT_EQ(gateway_.ask(request).head.status(), 431);
    expect_logged(431, Reason::head_too_large);
}

TEST_F(Refusal, WhileDrainingEveryRequestIs503UntilItIsUndone) {
    gateway_.worker().refuse_new(true);
    auto const answer = gateway_.ask(handshake_request());
    EXPECT_EQ(answer.head.status(), 503);
    EXPECT_NE(answer.head.field("Retry-After"), "");
    EXPECT_EQ(answer.head.field("Connection"), "close");
    expect_logged(503, Reason::draining);

    gateway_.worker().refuse_new(false);
    EXPECT_TRUE(gateway_.open_session().is_open());
}

TEST_F(Refusal, CarriesTheRequestId) {
    auto const answer = gateway_.ask(handshake_request("/other", "X-Request-Id: r-7\r\n"));
    EXPECT_EQ(answer.head.field("X-Request-Id"), "r-7");
    EXPECT_EQ(gateway_.log().wait_for(1)[0].request_id, "r-7");
}

TEST_F(Refusal, AClientThatLeavesBeforeItSaidAnythingGetsOnlyALine) {
    RawSocket::connect(gateway_.port()).close();
    expect_logged(0, Reason::client_gone);
}

TEST_F(Refusal, AClientThatGoesOnSendingIsDroppedAfterALimit) {
    auto client = gateway_.send(handshake_request("/other"));
    EXPECT_EQ(read_head(client).status(), 404);
    std::string const noise(1024 * 1024, 'x');
    EXPECT_TRUE(eventually([&] { return !client.send(noise); }));
}

TEST(AnsweredRefusal, IsNoHandshakeAnyMoreThoughItsClientStays) {
    Gateway gateway({.handshake = {.linger_timeout = 1h}});
    ASSERT_THAT(gateway.serve(chat_table(gateway, {})), testing::IsEmpty());
    auto client = gateway.send(handshake_request("/other"));
    EXPECT_EQ(read_head(client).status(), 404);

    EXPECT_TRUE(eventually([&] { return gateway.worker().load() == 0; }));
    EXPECT_EQ(gateway.worker().cells().handshakes_active.get(), 0u);
    EXPECT_EQ(client.ending(), Ending::none);
}

TEST_F(Refusal, DoesNotHarmTheSessionsNextToIt) {
    auto client = gateway_.open_session();
    EXPECT_EQ(gateway_.ask("nonsense\r\n\r\n").head.status(), 400);
    client.send(client_frame("still here"));
    EXPECT_EQ(read_frame(client).payload, "still here");
}

}  // namespace
}  // namespace holdfast::test
