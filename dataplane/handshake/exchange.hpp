#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "dataplane/handshake/await.hpp"
#include "dataplane/handshake/connection.hpp"
#include "dataplane/handshake/group.hpp"
#include "dataplane/handshake/services.hpp"
#include "dataplane/http/request_head.hpp"
#include "dataplane/http/response_head.hpp"
#include "dataplane/http/trace.hpp"
#include "dataplane/http/upgrade.hpp"
#include "dataplane/net/address.hpp"
#include "dataplane/net/descriptor.hpp"
#include "dataplane/relay/transport.hpp"

namespace holdfast::handshake {

/// One handshake under way: its two connections, what is known so far, and the one place where it
/// waits. A local of its coroutine (handshake.cpp); the phases fill it in the order of its members.
///
/// Threads  the worker's, every call.
class Exchange final : public Member {
public:
    Exchange(Services& with, net::Descriptor accepted, std::uint16_t on_port);
    ~Exchange() override;

    // --- waiting ---

    /// Everything from now on has to be done by `deadline`; what comes later ends as `reason`.
    void set_deadline(TimePoint deadline, Reason reason) noexcept;

    /// Waits until `connection`, which answered would_block to `intent`, may go on.
    /// While that is the backend, the client is looked at each tick: nobody dials for a client that
    /// is gone. What it sends meanwhile stays in its socket, for the relay.
    /// Errors  the deadline's reason; `client_gone`; `draining` when the worker stops.
    [[nodiscard]] Await<Result<void>> wait(Connection& connection, Interest intent);

    /// Writes all of `bytes`, which live until completion.
    /// Errors  as wait(), and `on_failure` when the peer takes no more.
    [[nodiscard]] Await<Result<void>> send(Connection& connection, std::string_view bytes,
                                           Reason on_failure);

    void on_tick() noexcept override;
    void expire() noexcept override;
    void stop() noexcept override;

    // --- answering ---

    /// From here on bytes of an answer may be out, so that there is no other to give.
    void begin_answer() noexcept { answer_begun_ = true; }
    [[nodiscard]] bool can_be_answered() const noexcept {
        return is_greeted && !answer_begun_ && !stopped_;
    }
    /// The answer is out, or there is none to give: the handshake no longer counts as one under
    /// way, whatever still happens to its connections. The destructor sees to it at the latest.
    void settle() noexcept;

    // --- the story so far ---

    Services& services;
    std::uint16_t const port;
    net::Descriptor socket;  ///< The accepted one, until it becomes `client`'s.
    Connection client;
    net::SocketAddress const client_address;
    std::string const client_host;  ///< Its IP address as text.
    WallClock::time_point const started;
    TimePoint const began;

    bool is_greeted = false;  ///< The TLS handshake, if any, is done: an answer can be given.
    http::RequestHead request;
    bool has_request = false;  ///< The head is complete.
    TimePoint requested;       ///< When it was.
    std::string early_from_client;
    http::Trace trace;

    std::shared_ptr<ServingState const> state;  ///< What the request is judged by.
    std::string host;
    model::Listener const* listener = nullptr;
    routing::Found found;
    http::Upgrade asked;

    routing::Target const* target = nullptr;
    std::vector<model::Endpoint const*> tried;
    Connection backend;
    std::optional<http::ResponseHead> answer;  ///< Of the endpoint tried last.
    std::string early_from_backend;            ///< Behind a 101; else the body's beginning.
    std::string body;                          ///< Of an answer that is not 101.
    std::string_view subprotocol;

private:
    [[nodiscard]] Result<void> interruption() const;

    Connection* waiting_for_ = nullptr;
    Reason expiry_reason_ = Reason::handshake_timeout;
    bool expired_ = false;
    bool stopped_ = false;
    bool client_gone_ = false;
    bool answer_begun_ = false;
    bool settled_ = false;
};

/// `address:port` of the endpoint tried last; there is one.
[[nodiscard]] std::string endpoint_of(Exchange const& exchange);

}  // namespace holdfast::handshake
