#include "tests/sim/fake_wire.hpp"

#include <algorithm>

namespace holdfast::relay::sim {

void Connection::send(Bytes bytes) {
    if (fin_to_tunnel || reset_to_tunnel || bytes.empty()) return;
    to_tunnel.insert(to_tunnel.end(), bytes.begin(), bytes.end());
    pending.readable = true;
}

void Connection::send_fin() {
    if (fin_to_tunnel || reset_to_tunnel) return;
    fin_to_tunnel = true;
    pending.readable = pending.hangup = true;
}

void Connection::reset() {
    if (reset_to_tunnel) return;
    reset_to_tunnel = peer_gone = true;
    pending.readable = pending.writable = pending.hangup = pending.error = true;
}

void Connection::read(std::size_t bytes) {
    peer_has_read += std::min(bytes, unread());
    if (writer_blocked && unread() < window) {
        writer_blocked = false;
        pending.writable = true;
    }
}

IoResult FakeWire::read(MutableBytes buffer) noexcept {
    auto& queue = connection_->to_tunnel;
    if (!queue.empty()) {
        std::size_t const n = std::min(buffer.size(), queue.size());
        std::copy_n(queue.begin(), n, buffer.begin());
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(n));
        return {n, IoStatus::ok, n < buffer.size()};
    }
    if (connection_->reset_to_tunnel) return {0, IoStatus::failed, true};
    if (connection_->fin_to_tunnel) return {0, IoStatus::eof, true};
    return {0, IoStatus::would_block, true};
}

IoResult FakeWire::write(Bytes data) noexcept {
    auto& connection = *connection_;
    if (connection.peer_gone || connection.fin_to_peer) return {0, IoStatus::failed};
    std::size_t const room = connection.window - std::min(connection.window, connection.unread());
    std::size_t const n = std::min(room, data.size());
    if (n < data.size()) connection.writer_blocked = true;
    if (n == 0) return {0, IoStatus::would_block};
    connection.to_peer.insert(connection.to_peer.end(), data.begin(),
                              data.begin() + static_cast<std::ptrdiff_t>(n));
    return {n, IoStatus::ok};
}

void FakeWire::shutdown_write() noexcept { connection_->fin_to_peer = true; }

}  // namespace holdfast::relay::sim
