// Goal: TLS listeners greet by server name, keep listeners apart, and swap certificates under live
// sessions. Method: OpenSSL clients over loopback; certificates made by the test.
#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::test {
namespace {

std::shared_ptr<model::Certificate const> certificate(std::string const& host) {
    return std::make_shared<model::Certificate const>(make_certificate(host));
}

class TlsListener : public testing::Test {
protected:
    TlsListener() {
        table_ = chat_table(gateway_, {backend_.port()});
        add_listener("a", "a.example.com");
        add_listener("b", "*.b.example.com");
        add_listener("any", "");
        apply();
    }

    void add_listener(std::string const& name, std::string const& hostname) {
        auto const secret = "default/" + name;
        table_.certificates[secret] = certificate(name + ".cert.example");
        table_.listeners[name] = std::make_shared<model::Listener const>(
            model::Listener{.name = name,
                            .port = gateway_.tls_port(),
                            .protocol = model::ListenerProtocol::https,
                            .hostname = hostname,
                            .certificates = {secret}});
        edit_route(table_,
                   [&](model::Route& route) { route.attachments.push_back({name, {hostname}}); });
    }

    void apply() {
        auto const problems = gateway_.serve(table_);
        EXPECT_TRUE(problems.empty()) << to_string(problems.front());
    }

    RawSocket greet(std::string const& server_name) {
        auto client = RawSocket::connect(gateway_.tls_port());
        if (!client.start_tls({.server_name = server_name, .alpn = {}})) client.close();
        return client;
    }

    std::string request_for(std::string const& host) {
        auto request = handshake_request();
        request.replace(request.find("chat.example.com"), 16, host);
        return request;
    }

    Backend backend_{echo};
    Gateway gateway_;
    model::Table table_;
};

TEST_F(TlsListener, GreetsWithTheCertificateOfTheServerName) {
    EXPECT_EQ(greet("a.example.com").peer_name(), "a.cert.example");
    EXPECT_EQ(greet("A.EXAMPLE.COM").peer_name(), "a.cert.example");
    EXPECT_EQ(greet("x.b.example.com").peer_name(), "b.cert.example");
    EXPECT_EQ(greet("other.example").peer_name(), "any.cert.example");
    EXPECT_EQ(greet("").peer_name(), "any.cert.example");
}

TEST_F(TlsListener, RelaysMessages) {
    auto client = greet("a.example.com");
    client.send(request_for("a.example.com") + client_frame("early"));
    EXPECT_EQ(read_head(client).status(), 101);
    EXPECT_EQ(read_frame(client).payload, "early");
    client.send(client_frame("later"));
    EXPECT_EQ(read_frame(client).payload, "later");
}

/// TLS reads ahead: the second record is in the hands of OpenSSL when the socket has no more to
/// say.
TEST_F(TlsListener, RelaysARecordThatCameInOneSegmentWithTheRequest) {
    auto client = greet("a.example.com");
    int cork = 1;
    ::setsockopt(client.fd(), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
    client.send(request_for("a.example.com"));
    client.send(client_frame("early"));
    cork = 0;
    ::setsockopt(client.fd(), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);

    EXPECT_EQ(read_head(client).status(), 101);
    EXPECT_EQ(read_frame(client).payload, "early");
}

TEST_F(TlsListener, TellsTheBackendThatTheClientCameByHttps) {
    std::promise<Head> request;
    Backend const witness([&](RawSocket& client) {
        request.set_value(read_head(client));
        (void)client.read_to_end();
    });
    table_.backends["default/echo:80"] = std::make_shared<model::Backend const>(
        model::Backend{{{"127.0.0.1", witness.port(), model::EndpointState::ready}}});
    apply();

    auto client = greet("a.example.com");
    client.send(request_for("a.example.com"));

    auto const seen = request.get_future().get();
    EXPECT_EQ(seen.field("X-Forwarded-Proto"), "https");
    EXPECT_EQ(seen.field("X-Forwarded-Port"), std::to_string(gateway_.tls_port()));
}

TEST_F(TlsListener, EndsTheHandshakeOfAClientThatLeavesMeanwhile) {
    std::promise<void> asked;
    Backend const silent([&](RawSocket& client) {
        (void)read_head(client);
        asked.set_value();
        (void)client.read_to_end();
    });
    table_.backends["default/echo:80"] = std::make_shared<model::Backend const>(
        model::Backend{{{"127.0.0.1", silent.port(), model::EndpointState::ready}}});
    apply();
    auto client = greet("a.example.com");
    client.send(request_for("a.example.com"));
    asked.get_future().wait();

    client.close();

    EXPECT_EQ(to_string(gateway_.log().wait_for(1).at(0).reason), "client_gone");
}

TEST_F(TlsListener, AnswersAHostOfAnotherListenerWith421) {
    auto client = greet("a.example.com");
    client.send(request_for("x.b.example.com"));
    EXPECT_EQ(read_head(client).status(), 421);
    (void)client.read_to_end();
    EXPECT_EQ(client.ending(), Ending::fin);
    EXPECT_EQ(to_string(gateway_.log().wait_for(1)[0].reason), "misdirected");
}

TEST_F(TlsListener, TakesAnyHostFromAClientThatNamedNoServer) {
    auto client = greet("");
    client.send(request_for("a.example.com"));
    EXPECT_EQ(read_head(client).status(), 101);
}

TEST_F(TlsListener, AnswersRefusalsReadably) {
    auto client = greet("a.example.com");
    auto request = request_for("a.example.com");
    request.replace(request.find("/chat"), 5, "/none");
    client.send(request);
    EXPECT_EQ(read_head(client).status(), 404);
    (void)client.read_to_end();
    EXPECT_EQ(client.ending(), Ending::fin);
}

TEST_F(TlsListener, CountsAHandshakeThatFails) {
    auto client = RawSocket::connect(gateway_.tls_port());
    client.send("GET / HTTP/1.1\r\n\r\n");
    (void)client.read_to_end();
    auto const lines = gateway_.log().wait_for(1);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].status, 0);
    EXPECT_EQ(to_string(lines[0].reason), "tls_failed");
    EXPECT_EQ(gateway_.worker().cells().tls_handshake_errors.get(), 1u);
}

TEST_F(TlsListener, SpeaksHttp11AndNothingElseByAlpn) {
    auto plain = RawSocket::connect(gateway_.tls_port());
    EXPECT_TRUE(plain.start_tls({.server_name = "a.example.com", .alpn = "http/1.1"}));
    auto newer = RawSocket::connect(gateway_.tls_port());
    EXPECT_FALSE(newer.start_tls({.server_name = "a.example.com", .alpn = "h2"}));
}

TEST_F(TlsListener, SwapsACertificateWithoutTouchingLiveSessions) {
    auto client = greet("a.example.com");
    client.send(request_for("a.example.com"));
    ASSERT_EQ(read_head(client).status(), 101);

    table_.certificates["default/a"] = certificate("renewed.cert.example");
    apply();

    EXPECT_TRUE(
        eventually([&] { return greet("a.example.com").peer_name() == "renewed.cert.example"; }));
    client.send(client_frame("still here"));
    EXPECT_EQ(read_frame(client).payload, "still here");
}

TEST_F(TlsListener, KeepsItsSessionsWhenItsLastCertificateGoes) {
    edit_rule(table_, [](model::Rule& rule) { rule.on_delete = model::LiveSessions::close; });
    apply();
    auto client = greet("a.example.com");
    client.send(request_for("a.example.com"));
    ASSERT_EQ(read_head(client).status(), 101);

    auto listener = *table_.listeners["a"];
    listener.certificates.clear();
    table_.listeners["a"] = std::make_shared<model::Listener const>(listener);
    table_.certificates.erase("default/a");
    apply();

    auto refused = RawSocket::connect(gateway_.tls_port());
    EXPECT_FALSE(refused.start_tls({.server_name = "a.example.com", .alpn = {}}));
    EXPECT_EQ(greet("x.b.example.com").peer_name(), "b.cert.example");
    client.send(client_frame("still here"));
    EXPECT_EQ(read_frame(client).payload, "still here");
}

TEST_F(TlsListener, RefusesEveryClientWhileNoListenerHasACertificate) {
    for (auto& [name, entry] : table_.listeners) {
        auto listener = *entry;
        listener.certificates.clear();
        entry = std::make_shared<model::Listener const>(listener);
    }
    table_.certificates.clear();
    apply();

    for (char const* const server_name : {"a.example.com", ""}) {
        auto client = RawSocket::connect(gateway_.tls_port());
        EXPECT_FALSE(client.start_tls({.server_name = server_name, .alpn = {}}));
    }
}

TEST_F(TlsListener, RefusesATableWhoseKeyDoesNotFit) {
    auto broken = *table_.certificates["default/a"];
    broken.key_pem = make_certificate("x.example").key_pem;
    table_.certificates["default/a"] = std::make_shared<model::Certificate const>(broken);
    auto const problems = gateway_.serve(table_);
    ASSERT_FALSE(problems.empty());
    EXPECT_EQ(problems[0].object, "Certificate default/a");
    EXPECT_EQ(greet("a.example.com").peer_name(), "a.cert.example");
}

}  // namespace
}  // namespace holdfast::test
