// Goal: what becomes of a connect, by what the endpoint does. Method: loopback sockets.
#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "dataplane/listen/listening_socket.hpp"
#include "dataplane/net/address.hpp"
#include "dataplane/upstream/dialer.hpp"
#include "tests/support/backends.hpp"

namespace holdfast::upstream {
namespace {

DialOutcome dial(std::string const& address, std::uint16_t port) {
    auto const dial = begin_dial({address, port, model::EndpointState::ready});
    if (dial.outcome != DialOutcome::in_progress) return dial.outcome;
    pollfd wanted{.fd = dial.socket.get(), .events = POLLOUT, .revents = 0};
    ::poll(&wanted, 1, 10'000);
    return finish_dial(dial.socket.get());
}

TEST(Dialer, ConnectsOverBothFamilies) {
    for (std::string const address : {"127.0.0.1", "::1"}) {
        auto const listening = listen::open_listening_socket(address, 0);
        if (listening.has_error()) {
            // A host without IPv6 can neither listen there nor connect.
            EXPECT_EQ(address, "::1");
            EXPECT_NE(dial(address, 9), DialOutcome::connected);
            continue;
        }
        auto const port = net::port_of(net::local_address(listening->get()));
        EXPECT_EQ(dial(address, port), DialOutcome::connected) << address;
    }
}

TEST(Dialer, TellsARefusal) {
    test::ClosedPort const closed;
    EXPECT_EQ(dial("127.0.0.1", closed.number()), DialOutcome::refused);
}

TEST(Dialer, LeavesAnEndpointThatIsSilentInProgress) {
    test::SilentPort const silent;
    auto const dial = begin_dial({"127.0.0.1", silent.number(), model::EndpointState::ready});
    EXPECT_EQ(dial.outcome, DialOutcome::in_progress);
    pollfd wanted{.fd = dial.socket.get(), .events = POLLOUT, .revents = 0};
    EXPECT_EQ(::poll(&wanted, 1, 0), 0);
}

TEST(Dialer, SetsTheOptionsOfEveryConnection) {
    test::Backend const backend([](test::RawSocket& client) { (void)client.read_to_end(); });
    auto const dial = begin_dial({"127.0.0.1", backend.port(), model::EndpointState::ready});
    int value = 0;
    socklen_t length = sizeof value;
    ::getsockopt(dial.socket.get(), IPPROTO_TCP, TCP_NODELAY, &value, &length);
    EXPECT_EQ(value, 1);
    ::getsockopt(dial.socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &length);
    EXPECT_EQ(value, 120'000);
    ::getsockopt(dial.socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, &value, &length);
    EXPECT_EQ(value, 60);
}

TEST(Dialer, RefusesWhatIsNoAddress) { EXPECT_EQ(dial("backend.example", 80), DialOutcome::other); }

}  // namespace
}  // namespace holdfast::upstream
