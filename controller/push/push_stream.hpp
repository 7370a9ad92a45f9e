#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/limits.hpp"
#include "controller/push/fleet.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::controller {

/// The clockwork of push streams; other values than the defaults are for tests.
struct PushTimes {
    std::chrono::milliseconds ping_interval = limits::push_ping_interval;
    std::chrono::milliseconds hello_timeout = limits::push_hello_timeout;
    std::chrono::milliseconds goaway_timeout = limits::push_goaway_timeout;
    std::chrono::milliseconds tick{500};  ///< How exactly the others are kept.
};

/// Why the controller ends a stream (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
    going_away = 1001,
    protocol_error = 1002,
    unknown_data = 1003,
    policy = 1008,
    try_again_later = 1013,
};

/// One data plane's WebSocket, whatever it runs on. Holds back nothing but the newest table: what
/// waits to be written when a newer one is offered is dropped.
///
/// Threads  the io_context's. Lifetime: between StreamOwner's `opened` and `closed`.
class PushStream {
public:
    virtual ~PushStream() = default;
    PushStream(PushStream const&) = delete;
    PushStream& operator=(PushStream const&) = delete;

    [[nodiscard]] StreamId id() const noexcept { return id_; }
    /// Address of the peer, for people.
    [[nodiscard]] std::string const& peer() const noexcept { return peer_; }
    /// True when this peer may have the table of `gateway`: its certificate names it, or it came
    /// through the Unix socket, whose file mode is the permission.
    [[nodiscard]] bool may_ask_for(std::string const& gateway) const;

    /// The hello has come; from now on pings guard the stream instead of the hello's deadline.
    void greeted() noexcept { greeted_ = true; }
    [[nodiscard]] bool is_greeted() const noexcept { return greeted_; }

    void offer(Outgoing outgoing);
    void say_goaway();
    /// A Close frame after what is being written; the stream is cut when the peer does not answer.
    void close(CloseCode code, std::string_view reason);
    [[nodiscard]] bool is_closing() const noexcept { return close_.has_value(); }
    /// Ends the connection without a word.
    virtual void cut() = 0;
    /// Pings, and cuts what is overdue.
    void tick(TimePoint now, PushTimes const& times);

protected:
    struct Close {
        CloseCode code;
        std::string reason;
    };

    PushStream(StreamId id, std::string peer, boost::asio::any_io_executor const& executor);

    void alive() noexcept { alive_at_ = Clock::now(); }
    [[nodiscard]] bool has_work() const noexcept;

    std::optional<std::vector<std::string>> gateways_;  ///< Nothing: any.
    // What waits for the writer, which `wake_` wakes.
    std::optional<Outgoing> table_;
    bool goaway_ = false;
    bool ping_ = false;
    std::optional<Close> close_;
    boost::asio::steady_timer wake_;

private:
    StreamId id_;
    std::string peer_;
    bool greeted_ = false;
    TimePoint opened_at_ = Clock::now();
    TimePoint alive_at_ = opened_at_;
    TimePoint pinged_at_ = opened_at_;
    std::optional<TimePoint> cut_at_;
};

/// Whom the streams belong to.
class StreamOwner {
public:
    virtual void opened(PushStream& stream) = 0;
    /// One text message. May close or cut the stream.
    virtual void received(PushStream& stream, std::string_view text) = 0;
    /// Last call for this stream.
    virtual void closed(PushStream& stream) = 0;

protected:
    ~StreamOwner() = default;
};

using LocalSocket = boost::asio::local::stream_protocol::socket;
using TcpSocket = boost::asio::ip::tcp::socket;

/// The whole life of a stream: TLS where there is any, HTTP upgrade, messages, end. Never throws
/// for what a peer does.
[[nodiscard]] boost::asio::awaitable<void> serve_stream(LocalSocket socket, StreamId id,
                                                        StreamOwner& owner);
[[nodiscard]] boost::asio::awaitable<void> serve_stream(
    TcpSocket socket, std::shared_ptr<boost::asio::ssl::context> tls, StreamId id,
    StreamOwner& owner);

}  // namespace holdfast::controller
