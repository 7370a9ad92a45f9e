#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/failure.hpp"
#include "common/push/stream.hpp"
#include "dataplane/control/push_options.hpp"
#include "dataplane/control/push_state.hpp"

namespace holdfast::control {

/// One controller replica to dial.
struct Peer {
    std::string name;  ///< What its certificate must name: the host as it was configured.
    std::variant<boost::asio::ip::tcp::endpoint, std::string> endpoint;  ///< TCP, or socket path.
};

/// For people: `10.0.0.7:18000`, or the path.
[[nodiscard]] std::string to_string(Peer const& peer);

class LinkOwner;

/// One stream to a controller. It is open once the controller has answered 101.
///
/// Lifetime  from LinkOwner's `dialling` to its `ended`.
class PushLink final : public push::Stream {
public:
    PushLink(StreamId id, std::unique_ptr<push::WebSocket> socket, LinkOwner& owner);

    /// Queues a text message. Answers are small and few: at most one per frame that came.
    void send(std::string text);

    /// From the first packet to the last; the coroutine owns the link. Output: as of run_link.
    [[nodiscard]] static boost::asio::awaitable<Failure> live(std::unique_ptr<PushLink> link,
                                                              Peer peer);

private:
    [[nodiscard]] Text next() override;
    void received(std::string_view text) override;

    /// Output: why messages cannot flow; nothing when they can.
    boost::asio::awaitable<std::optional<Failure>> dial(Peer const& peer);
    boost::asio::awaitable<std::optional<Failure>> dial_tls(Peer const& peer);

    LinkOwner& owner_;
    std::deque<Text> texts_;
};

/// Whom links belong to.
class LinkOwner {
public:
    /// The link exists, and may be cut.
    virtual void dialling(PushLink& link) = 0;
    /// The controller has answered 101: messages flow.
    virtual void opened(PushLink& link) = 0;
    /// One text message. May close or cut the link.
    virtual void received(PushLink& link, std::string_view text) = 0;
    /// Last call for this link.
    virtual void ended(PushLink& link) = 0;

protected:
    ~LinkOwner() = default;
};

/// The whole life of a stream to `peer`: TCP and mutual TLS or the Unix socket, HTTP upgrade,
/// messages, end. Output: why it ended; the first word of the detail is the phase.
/// Lifetime  `tls` and `owner` outlive the coroutine.
[[nodiscard]] boost::asio::awaitable<Failure> run_link(boost::asio::io_context& io, Peer peer,
                                                       PushTlsFiles const& tls, StreamId id,
                                                       LinkOwner& owner);

}  // namespace holdfast::control
