// Goal: whatever a backend does instead of answering 101, the client gets the right answer, and
// another endpoint is tried exactly when the first cannot have acted on the request.
// Method: backends that follow a script, the whole data plane over loopback.
#include <gmock/gmock.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

void hang(RawSocket& client) { (void)client.read_to_end(); }

/// Answers `bytes` to a whole head, then closes.
Backend::Script answers(std::string bytes) {
    return [bytes = std::move(bytes)](RawSocket& client) {
        (void)read_head(client);
        client.send(bytes);
    };
}

/// Short only in a test that waits for its end.
struct Deadlines {
    std::chrono::milliseconds connect = 10s;
    std::chrono::milliseconds handshake = 10s;
};

class BackendOutcome : public testing::Test {
protected:
    /// Serves these endpoints.
    void serve(std::vector<std::uint16_t> const& endpoints, Deadlines const& deadlines = {}) {
        auto table = chat_table(gateway_, endpoints);
        edit_rule(table, [&](model::Rule& rule) {
            rule.timeouts.connect = deadlines.connect;
            rule.timeouts.handshake = deadlines.handshake;
        });
        EXPECT_THAT(gateway_.serve(std::move(table)), testing::IsEmpty());
    }

    Gateway::Answer ask() { return gateway_.ask(handshake_request()); }

    void expect_logged(int status, Reason reason) {
        auto const lines = gateway_.log().wait_for(1);
        ASSERT_EQ(lines.size(), 1u);
        EXPECT_EQ(lines[0].status, status);
        EXPECT_EQ(to_string(lines[0].reason), to_string(reason));
        EXPECT_EQ(lines[0].route, "default/chat");
    }

    Gateway gateway_;
};

// --- none that could be asked ------------------------------------------------------------------

TEST_F(BackendOutcome, NoEndpointIs503) {
    serve({});
    EXPECT_EQ(ask().head.status(), 503);
    expect_logged(503, Reason::no_endpoint);
}

TEST_F(BackendOutcome, AnInvalidReferenceIs500) {
    auto table = chat_table(gateway_, {});
    edit_rule(table, [](model::Rule& rule) { rule.backends = {{"default/missing:80", 1, false}}; });
    ASSERT_THAT(gateway_.serve(std::move(table)), testing::IsEmpty());
    EXPECT_EQ(ask().head.status(), 500);
    expect_logged(500, Reason::invalid_backend);
}

TEST_F(BackendOutcome, ARefusedConnectIs502) {
    ClosedPort const closed;
    serve({closed.number()});
    EXPECT_EQ(ask().head.status(), 502);
    expect_logged(502, Reason::upstream_refused);
    EXPECT_EQ(gateway_.counts().connect_errors.at("refused"), 1u);
}

TEST_F(BackendOutcome, AConnectWithoutEndIs504) {
    SilentPort const silent;
    serve({silent.number()}, {.connect = 200ms});
    EXPECT_EQ(ask().head.status(), 504);
    expect_logged(504, Reason::upstream_timeout);
    EXPECT_EQ(gateway_.counts().connect_errors.at("timeout"), 1u);
}

// --- another endpoint --------------------------------------------------------------------------

TEST_F(BackendOutcome, AnotherEndpointIsTriedAfterARefusedConnect) {
    ClosedPort const closed;
    Backend good(echo);
    serve({closed.number(), good.port()});
    auto const one = gateway_.open_session();
    auto const two = gateway_.open_session();
    EXPECT_TRUE(one.is_open() && two.is_open());
    EXPECT_EQ(good.connections(), 2);
}

TEST_F(BackendOutcome, AnotherEndpointIsTriedAfterAConnectWithoutEnd) {
    SilentPort const silent;
    Backend good(echo);
    serve({silent.number(), good.port()}, {.connect = 200ms});
    auto const one = gateway_.open_session();
    auto const two = gateway_.open_session();
    EXPECT_TRUE(one.is_open() && two.is_open());
}

TEST_F(BackendOutcome, AnotherEndpointIsTriedAfterAResetBeforeTheFirstByte) {
    Backend bad([](RawSocket& client) {
        (void)read_head(client);
        client.reset();
    });
    Backend good(echo);
    serve({bad.port(), good.port()});
    auto const one = gateway_.open_session();
    auto const two = gateway_.open_session();
    EXPECT_TRUE(one.is_open() && two.is_open());
    EXPECT_GE(bad.connections(), 1);
    EXPECT_EQ(good.connections(), 2);
}

TEST_F(BackendOutcome, NoOtherEndpointIsTriedAfterTheFirstByte) {
    Backend bad(answers("HTTP/1.1 1"));
    Backend good(echo);
    serve({bad.port(), good.port()});

    // The endpoints take turns, so one of two handshakes begins at the bad one and ends there.
    auto one = gateway_.send(handshake_request());
    auto two = gateway_.send(handshake_request());
    std::vector const statuses{read_head(one).status(), read_head(two).status()};

    EXPECT_THAT(statuses, testing::UnorderedElementsAre(101, 502));
    EXPECT_EQ(bad.connections(), 1);
    EXPECT_EQ(good.connections(), 1);
}

TEST_F(BackendOutcome, AtMostThreeEndpointsAreTried) {
    std::vector<std::unique_ptr<Backend>> backends;
    std::vector<std::uint16_t> ports;
    for (int i = 0; i < 5; ++i) {
        backends.push_back(std::make_unique<Backend>([](RawSocket& client) { client.reset(); }));
        ports.push_back(backends.back()->port());
    }
    serve(ports);
    EXPECT_EQ(ask().head.status(), 502);
    expect_logged(502, Reason::upstream_refused);
    int tried = 0;
    for (auto const& backend : backends)
        tried += backend->connections();
    EXPECT_EQ(tried, 3);
}

// --- bad answers -------------------------------------------------------------------------------

TEST_F(BackendOutcome, SilenceIs504AndNoOtherEndpointIsTried) {
    Backend first(hang);
    Backend second(hang);
    serve({first.port(), second.port()}, {.connect = 1s, .handshake = 1s});
    EXPECT_EQ(ask().head.status(), 504);
    expect_logged(504, Reason::upstream_timeout);
    EXPECT_EQ(first.connections() + second.connections(), 1);
}

TEST_F(BackendOutcome, GarbageIs502) {
    Backend bad(answers("SSH-2.0-OpenSSH_9.2\r\n"));
    serve({bad.port()});
    EXPECT_EQ(ask().head.status(), 502);
    expect_logged(502, Reason::upstream_bad_response);
}

TEST_F(BackendOutcome, A101ThatIsNoneIs502) {
    Backend bad(
        answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Accept: bm90IHRoZSBhbnN3ZXI=\r\n\r\n"));
    serve({bad.port()});
    EXPECT_EQ(ask().head.status(), 502);
    expect_logged(502, Reason::upstream_bad_response);
}

TEST_F(BackendOutcome, AHeadWithoutEndIs502) {
    Backend bad([](RawSocket& client) {
        (void)read_head(client);
        client.send("HTTP/1.1 101 Switching Protocols\r\n");
        while (client.send("X-More: and more and more and more\r\n")) {
        }
    });
    serve({bad.port()});
    EXPECT_EQ(ask().head.status(), 502);
    expect_logged(502, Reason::upstream_bad_response);
}

// --- the backend's own answer ------------------------------------------------------------------

TEST_F(BackendOutcome, ItsOwnRefusalIsPassedOnWithItsBody) {
    Backend backend(
        answers("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n"
                "Content-Type: text/plain\r\nContent-Length: 8\r\n"
                "Keep-Alive: timeout=5\r\n\r\nno token"));
    serve({backend.port()});
    auto const answer = ask();
    EXPECT_EQ(answer.head.status(), 401);
    EXPECT_EQ(answer.head.field("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(answer.head.field("Keep-Alive"), "");
    EXPECT_EQ(answer.head.field("Connection"), "close");
    EXPECT_EQ(answer.body, "no token");
    expect_logged(401, Reason::upstream_rejected);
    EXPECT_EQ(gateway_.log().wait_for(1)[0].side, Side::backend);
}

TEST_F(BackendOutcome, ItsOwnRefusalIsPassedOnWhenItsBodyEndsWithTheConnection) {
    std::string const page(20'000, 'p');
    Backend backend(answers("HTTP/1.1 403 Forbidden\r\n\r\n" + page));
    serve({backend.port()});
    auto const answer = ask();
    EXPECT_EQ(answer.head.status(), 403);
    EXPECT_EQ(answer.body, page);
}

TEST_F(BackendOutcome, ARefusalWhoseBodyNeverEndsIs504) {
    Backend backend([](RawSocket& client) {
        (void)read_head(client);
        client.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nhalf");
        (void)client.read_to_end();
    });
    serve({backend.port()}, {.connect = 1s, .handshake = 1s});
    EXPECT_EQ(ask().head.status(), 504);
    expect_logged(504, Reason::upstream_timeout);
}

TEST(BackendOfARefusal, IsLetGoOfThoughTheClientStays) {
    std::promise<void> let_go;
    Backend backend([&](RawSocket& client) {
        (void)read_head(client);
        client.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        (void)client.read_to_end();
        if (client.ending() != Ending::timeout) let_go.set_value();
    });
    Gateway gateway({.handshake = {.linger_timeout = 1h}});
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    auto client = gateway.send(handshake_request());
    EXPECT_EQ(read_head(client).status(), 401);

    EXPECT_EQ(let_go.get_future().wait_for(8s), std::future_status::ready);
}

// --- the client leaves -------------------------------------------------------------------------

TEST_F(BackendOutcome, AClientThatLeavesMeanwhileEndsTheHandshake) {
    std::promise<void> left;
    Backend backend([&](RawSocket& client) {
        (void)read_head(client);
        (void)client.read_to_end();
        left.set_value();
    });
    auto table = chat_table(gateway_, {backend.port()});
    edit_rule(table, [](model::Rule& rule) { rule.timeouts.handshake = 60s; });
    ASSERT_THAT(gateway_.serve(std::move(table)), testing::IsEmpty());
    auto client = gateway_.send(handshake_request());
    ASSERT_TRUE(eventually([&] { return backend.connections() == 1; }));

    client.close();

    EXPECT_EQ(left.get_future().wait_for(10s), std::future_status::ready);
    expect_logged(0, Reason::client_gone);
}

}  // namespace
}  // namespace holdfast::test
