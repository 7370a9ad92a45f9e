#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
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

/// One push stream, from the first packet to the last, whatever it runs on.
///
/// Threads  the io_context's. Lifetime: from LinkOwner's `dialling` to the end of run_link.
class PushLink {
public:
    virtual ~PushLink() = default;
    PushLink(PushLink const&) = delete;
    PushLink& operator=(PushLink const&) = delete;

    [[nodiscard]] StreamId id() const noexcept { return id_; }
    /// Queues a text message. Answers are small and few: at most one per frame that came.
    void send(std::string text);
    /// Says goodbye after what is queued, then ends.
    void close();
    /// Ends at once.
    virtual void cut() = 0;
    /// Pings, and cuts what takes too long to dial or has been silent for three pings.
    void tick(TimePoint now, PushTimes const& times);

protected:
    PushLink(StreamId id, boost::asio::io_context& io) : wake_(io), id_(id) {}

    enum class Phase : std::uint8_t { dialling, open, closing };

    void alive() noexcept { alive_at_ = Clock::now(); }
    [[nodiscard]] bool has_work() const noexcept;

    Phase phase_ = Phase::dialling;
    // What waits for the writer, which `wake_` wakes.
    std::deque<std::string> texts_;
    bool ping_ = false;
    boost::asio::steady_timer wake_;

private:
    StreamId id_;
    TimePoint dialled_at_ = Clock::now();
    TimePoint alive_at_ = dialled_at_;
    TimePoint pinged_at_ = dialled_at_;
    TimePoint closed_at_;
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
[[nodiscard]] boost::asio::awaitable<Error> run_link(boost::asio::io_context& io, Peer peer,
                                                     PushTlsFiles const& tls, StreamId id,
                                                     LinkOwner& owner);

}  // namespace holdfast::control
