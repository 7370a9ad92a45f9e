#pragma once

#include <gtest/gtest.h>

#include <boost/asio.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "controller/push/push_server.hpp"
#include "tests/component/push/push_client.hpp"
#include "tests/support/tables.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller {

/// A push server on a thread of its own and a directory for its files.
class PushTest : public ::testing::Test {
protected:
    /// Fast enough for tests, slow enough for a machine that is busy with other things.
    static PushTimes times();

    void SetUp() override;
    void TearDown() override;

    /// Runs `what` on the server's thread, and waits for it.
    void on_server(std::function<void()> what);
    void publish(model::Table const& table);
    /// Waits until `met`, which runs on the server's thread, is true.
    [[nodiscard]] bool wait_until(std::function<bool()> met);
    [[nodiscard]] bool wait_for_dataplanes(std::size_t count);
    [[nodiscard]] std::vector<DataplaneStatus> dataplanes();

    [[nodiscard]] std::string socket_path() const { return (directory_ / "push.sock").string(); }
    /// A greeted stream over the Unix socket.
    [[nodiscard]] std::unique_ptr<test::PushClient> dataplane(std::string have = "");
    static push::Hello hello(std::string have = "");
    static void acknowledge(test::PushClient& client, push::Snapshot const& snapshot);

    test::TemporaryDirectory const directory_;
    boost::asio::io_context io_{1};
    Publisher publisher_;
    std::unique_ptr<PushServer> server_;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    std::thread thread_;
};

}  // namespace holdfast::controller
