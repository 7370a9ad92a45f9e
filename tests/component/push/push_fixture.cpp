#include "tests/component/push/push_fixture.hpp"

namespace holdfast::controller {

using namespace std::chrono_literals;

PushTimes PushTest::times() {
    return {.ping_interval = 15s, .hello_timeout = 10s, .goaway_timeout = 50ms, .tick = 10ms};
}

void PushTest::SetUp() {
    server_ = std::make_unique<PushServer>(io_, publisher_, times());
    auto const listening = server_->listen_unix(socket_path());
    ASSERT_TRUE(listening.has_value());
    thread_ = std::thread([this] { io_.run(); });
}

void PushTest::TearDown() {
    io_.stop();
    thread_.join();
    server_.reset();
}

void PushTest::on_server(std::function<void()> what) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

void PushTest::publish(model::Table const& table) {
    on_server([&] {
        publisher_.publish({{table.gateway, table}}, {}, Clock::now());
        server_->flush();
    });
}

bool PushTest::wait_until(std::function<bool()> met) {
    auto const deadline = Clock::now() + test::PushClient::kPatience;
    bool result = false;
    while (!result && Clock::now() < deadline) {
        on_server([&] { result = met(); });
        std::this_thread::yield();
    }
    return result;
}

bool PushTest::wait_for_dataplanes(std::size_t count) {
    return wait_until([&] { return publisher_.fleet().streams().size() == count; });
}

std::vector<DataplaneStatus> PushTest::dataplanes() {
    std::vector<DataplaneStatus> result;
    on_server([&] { result = publisher_.fleet().dataplanes(); });
    return result;
}

std::unique_ptr<test::PushClient> PushTest::dataplane(std::string have) {
    auto client = test::PushClient::over_unix(socket_path());
    EXPECT_TRUE(client->connected());
    client->send(hello(std::move(have)));
    return client;
}

push::Hello PushTest::hello(std::string have) {
    push::Hello frame;
    frame.features = {"delta"};
    frame.node = "node-1";
    frame.gateway = test::kGateway;
    frame.build = "test";
    frame.subscribe = true;
    frame.have = std::move(have);
    return frame;
}

void PushTest::acknowledge(test::PushClient& client, push::Snapshot const& snapshot) {
    client.send(push::Ack{snapshot.nonce, snapshot.version.hash});
}

}  // namespace holdfast::controller
