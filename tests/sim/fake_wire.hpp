#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "dataplane/relay/transport.hpp"
#include "dataplane/relay/tunnel.hpp"

namespace holdfast::relay::sim {

/// What a tunnel would look like that broke a promise: the wire does it in its stead, so that the
/// checks of the simulation are seen to fail.
enum class Sabotage : std::uint8_t {
    none,
    loses_a_byte,     ///< Some write loses its last byte.
    repeats_a_write,  ///< Some write goes out twice.
    garbles_a_close,  ///< A Close of the gateway's carries another code.
    swallows_closes,  ///< No Close of the gateway's goes out.
    keeps_the_wire,   ///< The descriptor is never closed.
};

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
    int wires = 0;           ///< The tunnel's ends that are open: one, and none in the end.

    /// A fault to be found: see Sabotage.
    Sabotage sabotage = Sabotage::none;

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
    explicit FakeWire(Connection& connection) noexcept : connection_(&connection) {
        ++connection.wires;
    }
    FakeWire(FakeWire&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    FakeWire& operator=(FakeWire&&) = delete;
    ~FakeWire();

    [[nodiscard]] IoResult read(MutableBytes buffer) noexcept;
    [[nodiscard]] IoResult write(Bytes data) noexcept;
    [[nodiscard]] IoStatus shutdown_write() noexcept;
    void abort_on_close() noexcept { connection_->reset_to_peer = true; }

private:
    void deliver(Bytes data);

    Connection* connection_;
};

}  // namespace holdfast::relay::sim
