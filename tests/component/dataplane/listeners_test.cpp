// Goal: listening sockets follow the table, and a port that cannot be bound is told by name.
// Method: real sockets on ports that the kernel chose.
#include <gmock/gmock.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "dataplane/listen/listening_socket.hpp"
#include "dataplane/net/address.hpp"
#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

std::shared_ptr<model::Listener const> listener_on(std::uint16_t port) {
    return std::make_shared<model::Listener const>(
        model::Listener{.name = "more", .port = port, .hostname = {}, .certificates = {}});
}

class ListeningPorts : public testing::Test {
protected:
    ListeningPorts() : table_(chat_table(gateway_, {backend_.port()})) {
        EXPECT_THAT(gateway_.serve(table_), testing::IsEmpty());
    }

    Backend backend_{echo};
    ClosedPort const extra_;
    Gateway gateway_;
    model::Table table_;
};

TEST_F(ListeningPorts, OpenAndCloseWithTheTableAndTouchNoSession) {
    auto session = gateway_.open_session();
    table_.listeners["more"] = listener_on(extra_.number());
    ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty());
    EXPECT_TRUE(RawSocket::connect(extra_.number()).is_open());

    table_.listeners.erase("more");
    ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty());

    EXPECT_TRUE(eventually([&] { return !RawSocket::connect(extra_.number()).is_open(); }));
    session.send(client_frame("still here"));
    EXPECT_EQ(read_frame(session).payload, "still here");
}

TEST_F(ListeningPorts, LeaveTheirSessionsAloneWhenTheyClose) {
    auto with_more = table_;
    with_more.listeners["more"] = listener_on(extra_.number());
    edit_route(with_more, [](model::Route& route) { route.attachments.push_back({"more", {""}}); });
    edit_rule(with_more, [](model::Rule& rule) { rule.on_delete = model::LiveSessions::keep; });
    ASSERT_THAT(gateway_.serve(with_more), testing::IsEmpty());
    auto session = RawSocket::connect(extra_.number());
    session.send(handshake_request());
    ASSERT_EQ(read_head(session).status(), 101);

    ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty());

    session.send(client_frame("still here"));
    EXPECT_EQ(read_frame(session).payload, "still here");
}

TEST_F(ListeningPorts, CanBeBoundAgainAsSoonAsTheyAreClosed) {
    auto with_more = table_;
    with_more.listeners["more"] = listener_on(extra_.number());
    for (int i = 0; i < 20; ++i) {
        ASSERT_THAT(gateway_.serve(with_more), testing::IsEmpty());
        ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty());
    }
}

TEST_F(ListeningPorts, AnswerWhoeverConnectedBeforeTheyClosed) {
    auto with_more = table_;
    with_more.listeners["more"] = listener_on(extra_.number());
    ASSERT_THAT(gateway_.serve(with_more), testing::IsEmpty());
    std::vector<RawSocket> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(RawSocket::connect(extra_.number()));

    ASSERT_THAT(gateway_.serve(table_), testing::IsEmpty());

    for (auto& client : clients) {
        client.send(handshake_request());
        EXPECT_NE(read_head(client).status(), 0);
    }
}

TEST(SeveralWorkers, ShareTheSessionsOfOneListener) {
    Backend const backend{echo};
    Gateway gateway({.workers = 3});
    ASSERT_THAT(gateway.serve(chat_table(gateway, {backend.port()})), testing::IsEmpty());
    std::vector<RawSocket> clients;
    for (std::size_t i = 1; i <= 30; ++i) {
        clients.push_back(gateway.open_session());
        ASSERT_TRUE(gateway.wait_for_sessions(i));
    }

    for (auto const& worker : gateway.serving().workers())
        EXPECT_GE(worker->sessions(), 8u);
    for (auto& client : clients) {
        client.send(client_frame("hello"));
        EXPECT_EQ(read_frame(client).payload, "hello");
    }
}

TEST_F(ListeningPorts, NameTheListenerAndThePortButNoObjectWhenTheyCannotBeBound) {
    Backend const occupant(echo);
    table_.listeners["more"] = listener_on(occupant.port());

    auto const problems = gateway_.serve(table_);

    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].object, "");
    EXPECT_THAT(problems[0].message, testing::HasSubstr("listener more"));
    EXPECT_THAT(problems[0].message, testing::HasSubstr(std::to_string(occupant.port())));
    EXPECT_TRUE(gateway_.open_session().is_open());
}

TEST(ListeningSocket, TakesBothFamiliesOnTheUnspecifiedAddress) {
    auto const socket = listen::open_listening_socket("::", 0);
    ASSERT_TRUE(socket.has_value());
    auto const address = net::local_address(socket->get());
    EXPECT_TRUE(RawSocket::connect(net::port_of(address)).is_open());
}

TEST(ListeningSocket, RefusesWhatIsNoAddress) {
    EXPECT_TRUE(listen::open_listening_socket("localhost", 0).has_error());
}

TEST(ListeningSocket, GivesAcceptedConnectionsItsOptions) {
    auto const socket = listen::open_listening_socket("127.0.0.1", 0);
    ASSERT_TRUE(socket.has_value());
    auto const port = net::port_of(net::local_address(socket->get()));
    auto const client = RawSocket::connect(port);
    RawSocket const accepted(::accept(socket->get(), nullptr, nullptr));
    int value = 0;
    socklen_t length = sizeof value;
    ASSERT_EQ(::getsockopt(accepted.fd(), SOL_SOCKET, SO_KEEPALIVE, &value, &length), 0);
    EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace holdfast::test
