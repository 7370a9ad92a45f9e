// Goal: a stream ends in good order also when its owner throws. Method: an owner that does, over a
// Unix socket.
#include "controller/push/push_stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio.hpp>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <new>
#include <string>
#include <thread>

#include "tests/component/push/push_client.hpp"

namespace holdfast::controller {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;

/// Throws at the first message, while the writer has a table to write.
class ThrowingOwner final : public StreamOwner {
public:
    void opened(PushStream&) override {}
    void received(PushStream& stream, std::string_view) override {
        stream.offer({FrameKind::snapshot, std::make_shared<std::string const>(8 << 20, 'x')});
        throw std::bad_alloc();
    }
    void closed(PushStream&) override { closed_.set_value(); }

    [[nodiscard]] std::future<void> until_closed() { return closed_.get_future(); }

private:
    std::promise<void> closed_;
};

TEST(PushStream, IsClosedForItsOwnerWhenThatThrows) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "holdfast-stream-XXXXXX").string();
    std::filesystem::path const directory = ::mkdtemp(pattern.data());
    std::string const path = (directory / "push.sock").string();
    asio::io_context io(1);
    Local::acceptor acceptor(io, path);
    ThrowingOwner owner;
    auto closed = owner.until_closed();
    bool threw = false;
    acceptor.async_accept([&](boost::system::error_code, Local::socket socket) {
        asio::co_spawn(io, serve_stream(std::move(socket), 1, owner),
                       [&](std::exception_ptr failure) { threw = failure != nullptr; });
    });
    std::thread thread([&] { io.run(); });

    auto const client = test::PushClient::over_unix(path);
    client->send_text("anything");
    EXPECT_EQ(client->wait_for_close(), 0);
    EXPECT_EQ(closed.wait_for(test::PushClient::kPatience), std::future_status::ready);

    thread.join();
    EXPECT_FALSE(threw);
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace holdfast::controller
