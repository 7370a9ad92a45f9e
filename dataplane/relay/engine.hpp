#pragma once

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>

#include "dataplane/relay/session.hpp"
#include "dataplane/relay/tunnel.hpp"
#include "dataplane/telemetry/access_log.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::relay {

/// A worker's established sessions.
///
/// Both sockets of a session leave Asio and join a private edge-triggered epoll set, whose own
/// descriptor is all that the io_context waits for. Reads go into one buffer that every session
/// shares; a session owns memory only while a peer is slow or a frame is incomplete. What passes
/// and who is told what at the end is decided by Tunnel (relay/tunnel.hpp) and the closing machine
/// (relay/closing.hpp); this class moves bytes, keeps time and counts.
///
/// Threads   the io_context's one thread, every call.
/// Lifetime  cells and log outlive the engine. Destruction cuts what is left.
/// Errors    none are thrown: every session ends in one AccessRecord and one close count.
class Engine {
public:
    Engine(boost::asio::io_context& io, telemetry::WorkerCells& cells, telemetry::AccessLog& log);
    ~Engine();
    Engine(Engine const&) = delete;
    Engine& operator=(Engine const&) = delete;

    /// Takes a session over. Never fails: a session that cannot be watched ends as internal_error.
    void adopt(Admission admission);

    [[nodiscard]] std::size_t size() const noexcept;
    /// Calls `visit` for every session, in no order. `visit` must not adopt or close.
    void for_each(std::function<void(SessionView const&)> const& visit) const;

    /// Begins to close a session for `reason`: one Close frame with `code` to the client at a
    /// message boundary, then as docs/closing.md says. A session that is closing is left alone.
    /// False when there is no such session.
    bool close(SessionId id, Reason reason, std::uint16_t code);
    /// Lets go on what close() was to end for `reason` and no peer has been told of yet.
    void recall(Reason reason);
    /// Where a Close of ours may stand from now on, the ones that are due already included.
    void set_close_place(ClosePlace place);
    /// Ends every session now; what could not be closed in order is counted in drain_forced.
    void cut();

    /// Called, on the engine's thread, once for every session that has ended and is logged.
    void on_end(std::function<void()> callback);

private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace holdfast::relay
