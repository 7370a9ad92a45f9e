#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>

#include <cstdint>
#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "dataplane/handshake/settings.hpp"
#include "dataplane/net/address.hpp"
#include "dataplane/net/descriptor.hpp"
#include "dataplane/serving/session_list.hpp"
#include "dataplane/telemetry/access_log.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast {

struct ServingState;  // dataplane/handshake/serving_state.hpp

/// One thread with an io_context of its own: acceptors, and the handshakes and sessions of the
/// connections that acceptors gave it. Functions may be called from any thread unless said
/// otherwise; what they ask for happens on the worker's.
class Worker {
public:
    Worker(int index, telemetry::AccessLog& log, handshake::Settings const& settings = {});
    ~Worker();
    Worker(Worker const&) = delete;
    Worker& operator=(Worker const&) = delete;

    void start();
    /// Ends what is left and joins the thread.
    void stop();

    /// What acceptors of this worker's run on; it runs from start() to stop().
    [[nodiscard]] boost::asio::io_context& io() noexcept;
    /// Takes over an accepted, non-blocking socket. `port` is the listener's.
    void accept(net::Descriptor socket, std::uint16_t port);
    /// Counts and logs a connection that an acceptor turned away as `overloaded`, with this status
    /// (0: none could be given). On the worker's thread only: it writes cells.
    void count_turned_away(net::SocketAddress const& client, std::uint16_t port,
                           std::uint16_t status);
    /// New handshakes go by this state from now on; live sessions by their rules' onRouteChange
    /// and onRouteDelete.
    void swap(std::shared_ptr<ServingState const> state);

    /// Answers new handshakes with 503, `draining` (idempotent), or takes them again.
    void refuse_new(bool refuse);
    /// Closes every session at an even rate with jitter, idle ones first, until `deadline`; what is
    /// left then is cut. Sessions that join later are included. A later call moves the deadline.
    void drain(TimePoint deadline);
    /// Stops closing sessions.
    void cancel_drain();

    /// Asks for list_sessions() of the worker's; `done` runs on its thread.
    void list_sessions(SessionQuery query, std::function<void(boost::json::array)> done);

    /// Sessions, and handshakes that are not answered yet: what acceptors balance by and a drain
    /// waits for.
    [[nodiscard]] std::size_t load() const noexcept;
    /// Sessions, and handshakes whose client still holds a descriptor: what the capacity bounds.
    [[nodiscard]] std::size_t connections() const noexcept;
    [[nodiscard]] std::size_t sessions() const noexcept;
    [[nodiscard]] telemetry::WorkerCells const& cells() const noexcept;

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace holdfast
