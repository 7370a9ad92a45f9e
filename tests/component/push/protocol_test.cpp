// Goal: what a data plane sees of the push protocol, good peers and bad ones. Method: a real server
// on a Unix socket, Beast's own client on the other end.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <vector>

#include "common/base/limits.hpp"
#include "common/model/delta.hpp"
#include "tests/component/push/push_fixture.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using test::PushClient;

model::Table table_with_port(std::uint16_t port) {
    model::Table table = test::chat_table();
    table.backends["default/echo:80"] = test::backend(port);
    return table;
}

/// A table of several megabytes: more than the socket's buffers hold.
model::Table large_table(std::uint16_t port) {
    model::Table table = table_with_port(port);
    for (int i = 0; i < 8000; ++i) {
        std::string const name = "r" + std::to_string(i);
        table.routes["default/" + name] = test::route("/" + name + std::string(300, 'x'));
    }
    return table;
}

TEST_F(PushTest, SendsTheTableAndThenWhatChanges) {
    publish(table_with_port(9000));
    auto const client = dataplane();
    auto const snapshot = client->expect<push::Snapshot>();
    EXPECT_EQ(snapshot.version.hash, model::content_hash(table_with_port(9000)));
    acknowledge(*client, snapshot);
    ASSERT_TRUE(wait_until(
        [&] { return publisher_.fleet().dataplanes().at(0).state == DataplaneState::current; }));
    publish(table_with_port(9001));
    auto const delta = client->expect<push::DeltaFrame>();
    EXPECT_EQ(delta.base, snapshot.version.hash);
    auto const rebuilt = model::apply(table_with_port(9000), delta.delta);
    ASSERT_TRUE(rebuilt.has_value());
    EXPECT_TRUE(model::equal(*rebuilt, table_with_port(9001)));
}

TEST_F(PushTest, SendsNoTableToADataPlaneThatHasIt) {
    publish(test::chat_table());
    auto const client = dataplane(model::content_hash(test::chat_table()));
    EXPECT_EQ(client->expect<push::Same>().hash, model::content_hash(test::chat_table()));
    on_server([&] {
        EXPECT_EQ(server_->totals().frames[static_cast<std::size_t>(FrameKind::snapshot)], 0u);
        EXPECT_LT(server_->totals().bytes, 200u);
    });
}

TEST_F(PushTest, SendsNothingBeforeThereIsATable) {
    auto const client = dataplane();
    ASSERT_TRUE(wait_for_dataplanes(1));
    on_server([&] { EXPECT_EQ(server_->totals().bytes, 0u); });
    publish(test::chat_table());
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
}

TEST_F(PushTest, KeepsADataPlaneOfAGatewayThatDoesNotExistYet) {
    publish(test::chat_table("default/other"));
    auto const client = dataplane();
    ASSERT_TRUE(wait_for_dataplanes(1));
    publish(test::chat_table());
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
}

TEST_F(PushTest, PushesTheRestAfterARefusal) {
    model::Table wanted = test::chat_table();
    wanted.routes["default/talk"] = test::route("/talk");
    publish(wanted);
    auto const client = dataplane();
    auto const first = client->expect<push::Snapshot>();
    client->send(push::Nack{first.nonce, "", {{"Route default/talk", "rules[0]", "no"}}});
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
    on_server([&] { EXPECT_EQ(server_->totals().nacks, 1u); });
}

TEST_F(PushTest, ForgetsADataPlaneThatLeaves) {
    auto client = dataplane();
    ASSERT_TRUE(wait_for_dataplanes(1));
    client.reset();
    EXPECT_TRUE(wait_for_dataplanes(0));
}

// --- bad peers ---------------------------------------------------------------------------------

TEST_F(PushTest, ClosesAStreamThatSendsGarbage) {
    auto const client = dataplane();
    client->send_text("{\"ack\":");
    EXPECT_EQ(client->wait_for_close(), 1002);
}

TEST_F(PushTest, ClosesAStreamThatSendsBinaryMessages) {
    auto const client = dataplane();
    client->send_binary("{}");
    EXPECT_EQ(client->wait_for_close(), 1003);
}

TEST_F(PushTest, ClosesAStreamThatSaysHelloTwice) {
    auto const client = dataplane();
    client->send(hello());
    EXPECT_EQ(client->wait_for_close(), 1002);
}

TEST_F(PushTest, ClosesAStreamThatDoesNotBeginWithHello) {
    auto const client = PushClient::over_unix(socket_path());
    client->send(push::Ack{1, "x"});
    EXPECT_EQ(client->wait_for_close(), 1002);
}

TEST_F(PushTest, ClosesAStreamOfAProtocolThatItDoesNotSpeak) {
    auto const client = PushClient::over_unix(socket_path());
    push::Hello frame = hello();
    frame.protocol = push::kProtocol + 1;
    client->send(frame);
    EXPECT_EQ(client->wait_for_close(), 1008);
}

TEST_F(PushTest, ClosesAStreamWithAFrameAboveTheLimit) {
    auto const client = dataplane();
    client->send_text(std::string(limits::push_answer_bytes_max + 1, ' '));
    EXPECT_EQ(client->wait_for_close(), 1009);
}

TEST_F(PushTest, IgnoresAFrameOfANewerPeer) {
    auto const client = dataplane();
    client->send_text(R"({"telemetry":{"sessions":3}})");
    publish(test::chat_table());
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
}

TEST_F(PushTest, HurtsNobodyElseWhenOnePeerIsBad) {
    auto const good = dataplane();
    auto const bad = dataplane();
    bad->send_text("nonsense");
    EXPECT_EQ(bad->wait_for_close(), 1002);
    publish(test::chat_table());
    EXPECT_EQ(good->expect<push::Snapshot>().version.hash, model::content_hash(test::chat_table()));
}

TEST_F(PushTest, RefusesAnotherPath) {
    EXPECT_EQ(PushClient::over_unix(socket_path(), {.path = "/other"})->refused_with(), 404u);
}

TEST_F(PushTest, RefusesAnotherSubprotocol) {
    EXPECT_EQ(PushClient::over_unix(socket_path(), {.subprotocol = ""})->refused_with(), 400u);
    EXPECT_EQ(PushClient::over_unix(socket_path(), {.subprotocol = "other"})->refused_with(), 400u);
}

TEST_F(PushTest, LetsASlowReaderWaitForNobodyAndGivesItOnlyTheNewestTable) {
    publish(large_table(9000));
    auto const slow = dataplane();
    ASSERT_TRUE(wait_for_dataplanes(1));
    auto const quick = dataplane();
    auto const first = quick->expect<push::Snapshot>();
    acknowledge(*quick, first);
    for (std::uint16_t port = 9001; port <= 9005; ++port) {
        publish(large_table(port));
        auto const delta = quick->expect<push::DeltaFrame>();
        quick->send(push::Ack{delta.nonce, delta.version.hash});
    }
    auto const late = slow->expect<push::Snapshot>();
    EXPECT_EQ(late.version.hash, first.version.hash);
    acknowledge(*slow, late);
    EXPECT_EQ(slow->expect<push::DeltaFrame>().version.hash,
              model::content_hash(large_table(9005)));
}

// --- the socket file ---------------------------------------------------------------------------

TEST_F(PushTest, MakesASocketThatOnlyItsOwnerMayUse) {
    struct stat status{};
    ASSERT_EQ(::stat(socket_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(PushTest, DoesNotTakeASocketThatAnotherControllerServes) {
    Publisher publisher;
    boost::asio::io_context io(1);
    PushServer second(io, publisher);
    EXPECT_FALSE(second.listen_unix(socket_path()).has_value());
    EXPECT_TRUE(dataplane()->connected());
}

TEST_F(PushTest, ReplacesTheSocketOfAControllerThatDied) {
    std::string const path = (directory_ / "stale.sock").string();
    {
        boost::asio::io_context io(1);
        boost::asio::local::stream_protocol::acceptor const died(io, path);
    }
    ASSERT_TRUE(std::filesystem::exists(path));
    Publisher publisher;
    boost::asio::io_context io(1);
    PushServer second(io, publisher);
    EXPECT_TRUE(second.listen_unix(path).has_value());
}

TEST_F(PushTest, DoesNotReplaceAFileThatIsNoSocket) {
    std::string const path = (directory_ / "file").string();
    std::ofstream(path) << "precious";
    Publisher publisher;
    boost::asio::io_context io(1);
    PushServer second(io, publisher);
    EXPECT_FALSE(second.listen_unix(path).has_value());
    EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(PushTest, DoesNotWaitForRoomAtASocketThatAnotherProcessServes) {
    using Local = boost::asio::local::stream_protocol;
    std::string const path = (directory_ / "busy.sock").string();
    boost::asio::io_context io(1);
    Local::acceptor busy(io);
    busy.open(Local());
    busy.bind(path);
    busy.listen(0);
    // Until the queue of those who wait to be accepted is full: one more would block.
    std::vector<Local::socket> waiting;
    boost::system::error_code error;
    while (!error) {
        waiting.emplace_back(io, Local()).native_non_blocking(true);
        Local::endpoint const endpoint(path);
        if (::connect(waiting.back().native_handle(), endpoint.data(),
                      static_cast<socklen_t>(endpoint.size())) != 0) {
            error = {errno, boost::system::system_category()};
        }
    }
    ASSERT_EQ(error, boost::asio::error::try_again);
    Publisher publisher;
    PushServer second(io, publisher);
    EXPECT_FALSE(second.listen_unix(path).has_value());
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(PushTest, LeavesTheSocketOfItsSuccessorAlone) {
    std::string const path = (directory_ / "passed-on.sock").string();
    boost::asio::io_context io(1);
    Publisher publisher;
    auto first = std::make_unique<PushServer>(io, publisher);
    ASSERT_TRUE(first->listen_unix(path).has_value());
    first->stop([] {});
    EXPECT_FALSE(std::filesystem::exists(path));
    PushServer second(io, publisher);
    ASSERT_TRUE(second.listen_unix(path).has_value());
    first.reset();
    EXPECT_TRUE(std::filesystem::exists(path));
}

// --- going away --------------------------------------------------------------------------------

TEST_F(PushTest, TellsDataPlanesToGoAndThenClosesTheirStreams) {
    auto const client = dataplane();
    ASSERT_TRUE(wait_for_dataplanes(1));
    std::promise<void> stopped;
    on_server([&] { server_->stop([&] { stopped.set_value(); }); });
    (void)client->expect<push::GoAway>();
    EXPECT_EQ(client->wait_for_close(), 1001);
    EXPECT_EQ(stopped.get_future().wait_for(PushClient::kPatience), std::future_status::ready);
}

TEST_F(PushTest, StopsAtOnceWithoutDataPlanes) {
    std::promise<void> stopped;
    on_server([&] { server_->stop([&] { stopped.set_value(); }); });
    EXPECT_EQ(stopped.get_future().wait_for(PushClient::kPatience), std::future_status::ready);
}

// --- more than there is room for ---------------------------------------------------------------

TEST_F(PushTest, LetsADataPlaneInThroughACrowdThatSaysNoHello) {
    boost::asio::io_context io(1);
    boost::asio::local::stream_protocol::endpoint const endpoint(socket_path());
    std::vector<boost::asio::local::stream_protocol::socket> crowd;
    for (std::size_t i = 0; i < limits::push_strangers_max; ++i) {
        crowd.emplace_back(io).connect(endpoint);
    }
    publish(test::chat_table());
    auto const client = dataplane();
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
    // The oldest one had to go, and only that one.
    char byte = 0;
    boost::system::error_code error;
    crowd.front().read_some(boost::asio::buffer(&byte, 1), error);
    EXPECT_EQ(error, boost::asio::error::eof);
    on_server([&] { EXPECT_EQ(server_->totals().streams_dropped, 1u); });
}

// --- deadlines ---------------------------------------------------------------------------------

/// As PushTest, with a second server whose pings come quickly.
class ImpatientPushTest : public PushTest {
protected:
    void listen(PushTimes const& times) {
        on_server([&] {
            impatient_ = std::make_unique<PushServer>(io_, publisher_, times);
            ASSERT_TRUE(impatient_->listen_unix(path()).has_value());
        });
    }
    void TearDown() override {
        PushTest::TearDown();
        impatient_.reset();
    }
    [[nodiscard]] std::string path() const { return (directory_ / "impatient.sock").string(); }

    std::unique_ptr<PushServer> impatient_;
};

TEST_F(ImpatientPushTest, DropsADataPlaneThatAnswersNoPing) {
    listen({.ping_interval = 20ms, .tick = 5ms});
    auto const client = PushClient::over_unix(path());
    client->send(hello());
    ASSERT_TRUE(wait_for_dataplanes(1));
    EXPECT_TRUE(wait_for_dataplanes(0));
}

TEST_F(ImpatientPushTest, KeepsADataPlaneThatAnswersPings) {
    // Five intervals, and an unanswered ping is forgiven for three.
    listen({.ping_interval = 400ms, .tick = 5ms});
    auto const client = PushClient::over_unix(path());
    client->send(hello());
    EXPECT_TRUE(client->wait_for_pings(5));
    EXPECT_EQ(dataplanes().size(), 1u);
}

TEST_F(ImpatientPushTest, DropsAStreamWithoutAHello) {
    listen({.hello_timeout = 50ms, .tick = 5ms});
    auto const client = PushClient::over_unix(path());
    ASSERT_TRUE(client->connected());
    EXPECT_EQ(client->wait_for_close(), 0);
}

}  // namespace
}  // namespace holdfast::controller
