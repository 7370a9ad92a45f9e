#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/table.hpp"
#include "common/push/frames.hpp"

namespace holdfast::test {

/// What a scripted controller does with the next streams.
enum class Manner : std::uint8_t {
    answer,        ///< Upgrades, and reads.
    say_404,       ///< Refuses the upgrade.
    say_nothing,   ///< Accepts the connection and is silent.
    stop_reading,  ///< Upgrades and never reads, so that pings stay unanswered.
};

/// The controller's end of push streams, by script. Runs on the test's io_context.
class FakeController {
public:
    struct Stream {
        std::deque<push::ToController> frames;  ///< Come, and not taken yet.
        bool open = true;
        std::uint16_t close_code = 0;  ///< Of the peer's Close; 0 when there was none.
        std::function<void(std::string)> write;
        std::function<void()> be_binary;  ///< What is written from now on are binary messages.
        std::function<void()> cut;
    };

    /// On a Unix socket.
    FakeController(boost::asio::io_context& io, std::string const& path);
    /// On a port of 127.0.0.1 that the kernel chooses, over TLS.
    FakeController(boost::asio::io_context& io, model::Certificate const& own,
                   std::string const& client_ca);
    ~FakeController() { close(); }
    FakeController(FakeController const&) = delete;
    FakeController& operator=(FakeController const&) = delete;

    void set_manner(Manner manner) noexcept { manner_ = manner; }
    [[nodiscard]] std::uint16_t port() const;
    /// Streams upgraded so far, the ended ones included.
    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }
    /// Connections accepted so far.
    [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
    [[nodiscard]] Stream& last() { return *streams_.back(); }

    void send(push::ToDataplane const& frame) { last().write(push::encode(frame)); }
    void send_text(std::string text) { last().write(std::move(text)); }
    /// Cuts every stream, and listens no more.
    void close();

private:
    using Task = boost::asio::awaitable<void>;

    /// Expired once the controller is gone, while the io_context still ends its coroutines.
    using Alive = std::weak_ptr<void>;

    Task accept_unix(Alive alive);
    Task accept_tls(Alive alive);
    template <class Transport>
    Task serve(Transport transport, Alive alive);
    void spawn(Task task);

    boost::asio::io_context& io_;
    boost::asio::local::stream_protocol::acceptor unix_;
    boost::asio::ip::tcp::acceptor tcp_;
    boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
    Manner manner_ = Manner::answer;
    std::size_t connections_ = 0;
    std::vector<std::shared_ptr<Stream>> streams_;
    std::vector<std::function<void()>> cuts_;
    std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace holdfast::test
