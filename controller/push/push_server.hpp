#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.hpp"
#include "common/base/failure.hpp"
#include "common/base/limits.hpp"
#include "controller/push/publisher.hpp"
#include "controller/push/push_stream.hpp"
#include "controller/push/push_totals.hpp"
#include "controller/push/server_tls.hpp"

namespace holdfast::controller {

/// The clockwork of push streams; other values than the defaults are for tests.
struct PushTimes {
    std::chrono::milliseconds ping_interval = limits::push_ping_interval;
    std::chrono::milliseconds hello_timeout = limits::push_hello_timeout;
    std::chrono::milliseconds goaway_timeout = limits::push_goaway_timeout;
    std::chrono::milliseconds tick{500};  ///< How exactly the others are kept.
};

/// The push protocol on sockets: TLS with client certificates, and a Unix socket.
///
/// Decides nothing about tables: what streams say goes to the Publisher, and what its fleet has
/// for a stream is written. See docs/push-protocol.md for what peers see.
///
/// Threads   all on the thread that runs `io`, or while nothing runs it.
/// Lifetime  `io` and `publisher` outlive it. It is destroyed after `stop` has called back, or when
///           nothing runs `io` any more.
class PushServer final : private StreamOwner {
public:
    PushServer(boost::asio::io_context& io, Publisher& publisher, PushTimes times = {});
    ~PushServer();
    PushServer(PushServer const&) = delete;
    PushServer& operator=(PushServer const&) = delete;

    /// Output: the address with the port that was chosen.
    [[nodiscard]] Outcome<Address> listen_tls(Address const& address, TlsFiles const& files);
    /// A socket file of mode 0600; a stale one of a controller that died is replaced, one that is
    /// served is an error.
    [[nodiscard]] Outcome<void> listen_unix(std::string const& path);

    /// `moved` is called after whatever a data plane said or did: came, answered, went.
    void on_fleet_change(std::function<void()> moved) { fleet_moved_ = std::move(moved); }

    /// Writes what the publisher has for any stream: after every publication.
    void flush();

    /// Takes no stream any more, tells every data plane to go, closes their streams at random
    /// moments within PushTimes::goaway_timeout, and calls `done` when the last one has ended.
    void stop(std::function<void()> done);

    [[nodiscard]] PushTotals const& totals() const noexcept { return totals_; }
    /// Address of the stream's peer, for /status; empty for a stream that has ended.
    [[nodiscard]] std::string peer(StreamId stream) const;

private:
    void opened(PushStream& stream) override;
    void received(PushStream& stream, std::string_view text) override;
    void closed(PushStream& stream) override;

    void handle(PushStream& stream, push::Hello const& hello);
    void handle(PushStream& stream, push::Subscribe const& frame);
    void handle(PushStream& stream, push::Ack const& ack);
    void handle(PushStream& stream, push::Nack const& nack);
    void flush(PushStream& stream);
    /// Tells people what an event changed, and the data planes.
    void settle(std::vector<Notice> const& notices);

    /// `serve(socket, id)` is the life of the stream on an accepted socket.
    template <class Acceptor, class Serve>
    boost::asio::awaitable<void> accept(Acceptor& acceptor, Serve serve);
    /// For one stream more. False when there is none to be had.
    [[nodiscard]] bool make_room();
    /// Not more often than people can read it.
    void warn(std::string_view message, std::string_view error);
    boost::asio::awaitable<void> tick();
    void tick_streams(TimePoint now);
    void spawn(boost::asio::awaitable<void> task);
    void finish_when_empty();
    void remove_socket_file();

    boost::asio::io_context& io_;
    Publisher& publisher_;
    PushTimes times_;
    boost::asio::local::stream_protocol::acceptor unix_acceptor_;
    boost::asio::ip::tcp::acceptor tls_acceptor_;
    boost::asio::steady_timer tick_timer_;
    std::string unix_path_;
    std::optional<ServerTls> tls_;
    std::map<StreamId, PushStream*> streams_;
    std::set<StreamId> strangers_;  ///< Those of them that have not said hello.
    StreamId last_stream_ = 0;
    PushTotals totals_;
    TimePoint warn_again_at_;
    bool stopping_ = false;
    std::function<void()> fleet_moved_ = [] {};
    std::function<void()> done_;  ///< Waits for the last stream.
    std::map<StreamId, TimePoint> close_at_;
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace holdfast::controller
