// Goal: a handshake that ends in an exception ends like every other: one line, one count, one
// answer, one end. Method: a session that cannot be taken over, behind a handshake over loopback.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

#include "dataplane/handshake/handshake.hpp"
#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::handshake {
namespace {

using namespace std::chrono_literals;
using test::Backend;
using test::RawSocket;

class Fault : public testing::Test {
protected:
    Fault() {
        services_.adopt = [](relay::Admission, ServingState const&) {
            throw std::runtime_error("no memory");
        };
        services_.on_answer = [this] { ++answers_; };
        services_.on_end = [this] { ++ends_; };
    }

    /// Runs one handshake to its end; the client has asked already.
    void run(RawSocket& client) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        ASSERT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        client = RawSocket(ends[1]);
        client.send(test::handshake_request());
        start(services_, net::Descriptor(ends[0]), 80);
        io_.run_for(10s);
    }

    void serve(std::uint16_t endpoint) {
        auto table = std::make_shared<model::Table>();
        table->listeners["ws"] = std::make_shared<model::Listener const>(
            model::Listener{.name = "ws", .port = 80, .hostname = {}, .certificates = {}});
        table->backends["default/echo:80"] = std::make_shared<model::Backend const>(
            model::Backend{{{"127.0.0.1", endpoint, model::EndpointState::ready}}});
        model::Rule rule;
        rule.name = "0";
        rule.matches = {model::Match{.path = {model::PathMatchType::prefix, "/"},
                                     .headers = {},
                                     .query_params = {},
                                     .subprotocols = {}}};
        rule.backends = {{"default/echo:80", 1, true}};
        model::Route route;
        route.attachments = {{"ws", {""}}};
        route.rules = {rule};
        table->routes["default/chat"] = std::make_shared<model::Route const>(route);
        services_.state = std::make_shared<ServingState const>(
            ServingState{routing::RouteTable::compile(table), nullptr});
    }

    boost::asio::io_context io_{1};
    telemetry::WorkerCells cells_;
    test::MemoryLog log_;
    Services services_{io_, cells_, log_};
    int answers_ = 0;
    int ends_ = 0;
};

TEST_F(Fault, BehindThe101LeavesOneLineAndOneCountAndNoSecondAnswer) {
    Backend backend(test::echo);
    serve(backend.port());
    RawSocket client;

    run(client);

    EXPECT_EQ(test::read_head(client).status(), 101);
    EXPECT_EQ(client.read_to_end(), "");
    auto const lines = log_.wait_for(1);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].reason, Reason::internal_error);
    EXPECT_EQ(lines[0].status, 0);
    EXPECT_EQ(lines[0].route, "default/chat");
    telemetry::WorkerCells::Counts counts;
    cells_.collect(counts, [](telemetry::RouteCells const&) {});
    ASSERT_EQ(counts.upgrades.size(), 1u);
    EXPECT_EQ(counts.upgrades.begin()->first.reason, "internal_error");
    EXPECT_EQ(answers_, 1);
    EXPECT_EQ(ends_, 1);
}

}  // namespace
}  // namespace holdfast::handshake
