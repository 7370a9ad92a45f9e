#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/push/stream.hpp"
#include "controller/push/fleet.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::controller {

class StreamOwner;

/// One data plane's stream. Holds back nothing but the newest table: what waits to be written when
/// a newer one is offered is dropped. It is open once the hello has come.
///
/// Lifetime  between StreamOwner's `opened` and `closed`.
class PushStream final : public push::Stream {
public:
    PushStream(StreamId id, std::string peer, std::unique_ptr<push::WebSocket> socket,
               StreamOwner& owner);

    /// Address of the peer, for people.
    [[nodiscard]] std::string const& peer() const noexcept { return peer_; }
    /// True when this peer may have the table of `gateway`: its certificate names it, or it came
    /// through the Unix socket, whose file mode is the permission.
    [[nodiscard]] bool may_ask_for(std::string const& gateway) const;

    void offer(Outgoing outgoing);
    void say_goaway();

    /// The whole life of a stream: TLS where there is any, HTTP upgrade, messages, end.
    static boost::asio::awaitable<void> live(std::unique_ptr<PushStream> stream);

private:
    [[nodiscard]] Text next() override;
    void received(std::string_view text) override;

    /// True when messages may flow.
    boost::asio::awaitable<bool> shake_hands();

    std::string peer_;
    StreamOwner& owner_;
    std::optional<std::vector<std::string>> gateways_;  ///< Nothing: any.
    std::optional<Outgoing> table_;
    bool goaway_ = false;
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

/// The whole life of a stream on an accepted socket. Never throws for what a peer does.
/// Lifetime  `owner` outlives the coroutine.
[[nodiscard]] boost::asio::awaitable<void> serve_stream(
    boost::asio::local::stream_protocol::socket socket, StreamId id, StreamOwner& owner);
[[nodiscard]] boost::asio::awaitable<void> serve_stream(
    boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
    StreamId id, StreamOwner& owner);

}  // namespace holdfast::controller
