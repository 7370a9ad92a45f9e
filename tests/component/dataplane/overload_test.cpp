// Goal: a process that is full, or out of descriptors, turns new connections away, hurts no
// session, and recovers. Method: memory for two sessions; and the descriptor limit of this process,
// lowered to what is open for one test.
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "dataplane/telemetry/process.hpp"
#include "tests/component/dataplane/gateway.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::test {
namespace {

/// While it lives, this process can open `spare` more descriptors and not one beyond.
class DescriptorLimit {
public:
    explicit DescriptorLimit(int spare) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit low = before_;
        low.rlim_cur = 512;
        ::setrlimit(RLIMIT_NOFILE, &low);
        for (int fd = open_one(); fd >= 0; fd = open_one())
            taken_.push_back(fd);
        release(spare);
    }
    ~DescriptorLimit() {
        release(static_cast<int>(taken_.size()));
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    DescriptorLimit(DescriptorLimit const&) = delete;
    DescriptorLimit& operator=(DescriptorLimit const&) = delete;

    void release(int count) {
        for (; count > 0; --count) {
            ::close(taken_.back());
            taken_.pop_back();
        }
    }

private:
    static int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

    rlimit before_{};
    std::vector<int> taken_;
};

class OutOfDescriptors : public testing::Test {
protected:
    OutOfDescriptors() {
        EXPECT_THAT(gateway_.serve(chat_table(gateway_, {backend_.port()})), testing::IsEmpty());
        session_ = gateway_.open_session();
        session_.send(client_frame("before"));
        EXPECT_EQ(read_frame(session_).payload, "before");
        // What a process does for the first time may take descriptors for a moment (undefined
        // behaviour sanitizer probes memory through pipes), so everything has its first time now.
        auto const open = telemetry::read_process_facts().open_fds;
        EXPECT_EQ(gateway_.ask(handshake_request("/other")).head.status(), 404);
        EXPECT_TRUE(eventually([&] { return telemetry::read_process_facts().open_fds == open; }));
        log::warning("about to run out of descriptors");
    }

    Backend backend_{echo};
    Gateway gateway_;
    RawSocket session_;
};

TEST_F(OutOfDescriptors, NewConnectionsAreAnswered503AndCounted) {
    DescriptorLimit const limit(1);  // The client's end.

    auto const answer = gateway_.ask(handshake_request());

    EXPECT_TRUE(answer.head.status() == 503 || answer.ending == Ending::reset);
    (void)gateway_.log().wait_for(2);  // It is counted and logged once it is answered.
    EXPECT_EQ(gateway_.counts().upgrades.at({.route = "", .status = 503, .reason = "overloaded"}),
              1u);
}

TEST_F(OutOfDescriptors, WhoWasTurnedAwayIsLoggedAndCountedAsAccepted) {
    auto const accepted = gateway_.worker().cells().connections_accepted.get();
    {
        DescriptorLimit const limit(1);
        (void)gateway_.ask(handshake_request());
    }
    auto const line = gateway_.log().wait_for(2).back();
    EXPECT_EQ(to_string(line.reason), "overloaded");
    EXPECT_THAT(line.client, testing::StartsWith("127.0.0.1:"));
    EXPECT_THAT(line.close_text, testing::HasSubstr(std::to_string(gateway_.port())));
    EXPECT_EQ(gateway_.worker().cells().connections_accepted.get(), accepted + 1);
}

TEST_F(OutOfDescriptors, AHandshakeThatCannotDialIsAnswered503) {
    DescriptorLimit const limit(2);  // Both ends of the client's connection.

    auto const answer = gateway_.ask(handshake_request());

    EXPECT_EQ(answer.head.status(), 503);
    EXPECT_EQ(to_string(gateway_.log().wait_for(2).back().reason), "overloaded");
}

TEST_F(OutOfDescriptors, LiveSessionsGoOn) {
    DescriptorLimit const limit(1);
    (void)gateway_.ask(handshake_request());

    session_.send(client_frame("meanwhile"));

    EXPECT_EQ(read_frame(session_).payload, "meanwhile");
}

TEST_F(OutOfDescriptors, NewSessionsAreTakenAgainWhenDescriptorsAreFree) {
    {
        DescriptorLimit const limit(1);
        (void)gateway_.ask(handshake_request());
    }
    EXPECT_TRUE(gateway_.open_session().is_open());
}

class Full : public testing::Test {
protected:
    Full() {
        EXPECT_THAT(gateway_.serve(chat_table(gateway_, {backend_.port()})), testing::IsEmpty());
        for (auto& session : sessions_)
            session = gateway_.open_session();
        EXPECT_TRUE(eventually([&] { return gateway_.worker().load() == 2; }));
    }

    Backend backend_{echo};
    Gateway gateway_{{.resources = {.memory = 3 * limits::session_bytes}}};
    std::array<RawSocket, 2> sessions_;
};

TEST_F(Full, OneMoreIsAnswered503AndLogged) {
    auto const answer = gateway_.ask(handshake_request());

    EXPECT_TRUE(answer.head.status() == 503 || answer.ending == Ending::reset);
    auto const line = gateway_.log().wait_for(1).back();
    EXPECT_EQ(line.status, 503);
    EXPECT_EQ(to_string(line.reason), "overloaded");
    EXPECT_THAT(line.client, testing::StartsWith("127.0.0.1:"));
}

TEST_F(Full, LiveSessionsGoOn) {
    for (int i = 0; i < 200; ++i)
        (void)RawSocket::connect(gateway_.port());
    for (auto& session : sessions_) {
        session.send(client_frame("meanwhile"));
        EXPECT_EQ(read_frame(session).payload, "meanwhile");
    }
}

TEST_F(Full, TheEndOfASessionMakesRoom) {
    sessions_[0].reset();
    ASSERT_TRUE(eventually([&] { return gateway_.worker().load() == 1; }));

    EXPECT_TRUE(gateway_.open_session().is_open());
}

/// Whoever is turned away before a TLS handshake cannot read an answer.
class FullTls : public testing::Test {
protected:
    FullTls() {
        auto table = chat_table(gateway_, {backend_.port()});
        table.certificates["default/tls"] =
            std::make_shared<model::Certificate const>(make_certificate("tls.example.com"));
        table.listeners["tls"] = std::make_shared<model::Listener const>(
            model::Listener{.name = "tls",
                            .port = gateway_.tls_port(),
                            .protocol = model::ListenerProtocol::https,
                            .hostname = {},
                            .certificates = {"default/tls"}});
        EXPECT_THAT(gateway_.serve(std::move(table)), testing::IsEmpty());
        session_ = gateway_.open_session();
    }

    Backend backend_{echo};
    Gateway gateway_{{.resources = {.memory = 2 * limits::tls_session_bytes}}};
    RawSocket session_;
};

TEST_F(FullTls, OneMoreGetsNoByteAndIsLoggedWithStatus0) {
    auto client = RawSocket::connect(gateway_.tls_port());

    EXPECT_EQ(client.read_to_end(), "");

    auto const line = gateway_.log().wait_for(1).back();
    EXPECT_EQ(line.status, 0);
    EXPECT_EQ(to_string(line.reason), "overloaded");
    EXPECT_THAT(line.close_text, testing::HasSubstr(std::to_string(gateway_.tls_port())));
    EXPECT_EQ(gateway_.counts().upgrades.at({.route = "", .status = 0, .reason = "overloaded"}),
              1u);
    EXPECT_EQ(gateway_.worker().cells().tls_handshake_errors.get(), 0u);
}

}  // namespace
}  // namespace holdfast::test
