#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "dataplane/relay/transport.hpp"
#include "dataplane/relay/tunnel.hpp"

namespace holdfast::relay::sim {

/// One simulated connection as the kernel would hold it: what the peer has sent and the tunnel
/// has not read, and what the tunnel has written and the peer has not read, within a window.
struct Connection {
    std::deque<std::uint8_t> to_tunnel;
    bool fin_to_tunnel = false;
    bool reset_to_tunnel = false;

    std::vector<std::uint8_t> to_peer;  ///< Everything ever written.
    std::size_t peer_has_read = 0;
    std::size_t window = 1000;  ///< Unread bytes that the kernel takes before it says no.
    bool fin_to_peer = false;
    bool reset_to_peer = false;  ///< Asked for by abort_on_close.
    bool writer_blocked = false;
    bool peer_gone = false;  ///< Writes fail from now on.

    Edges pending;  ///< Edges that epoll would tell next.

    // What the peer does.
    void send(Bytes bytes);
    void send_fin();
    void reset();
    void read(std::size_t bytes);
    [[nodiscard]] std::size_t unread() const noexcept { return to_peer.size() - peer_has_read; }
};

/// The tunnel's end of a Connection.
class FakeWire {
public:
    explicit FakeWire(Connection& connection) noexcept : connection_(&connection) {}

    [[nodiscard]] IoResult read(MutableBytes buffer) noexcept;
    [[nodiscard]] IoResult write(Bytes data) noexcept;
    void shutdown_write() noexcept;
    void abort_on_close() noexcept { connection_->reset_to_peer = true; }

private:
    Connection* connection_;
};

}  // namespace holdfast::relay::sim
