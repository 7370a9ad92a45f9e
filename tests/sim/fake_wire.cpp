#include "tests/sim/fake_wire.hpp"

#include <algorithm>

#include "common/base/limits.hpp"

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

FakeWire::~FakeWire() {
    if (connection_ != nullptr && connection_->sabotage != Sabotage::keeps_the_wire) {
        --connection_->wires;
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
    deliver(data.first(n));
    return {n, IoStatus::ok};
}

void FakeWire::deliver(Bytes data) {
    auto& to_peer = connection_->to_peer;
    auto const begin = static_cast<std::ptrdiff_t>(to_peer.size());
    to_peer.insert(to_peer.end(), data.begin(), data.end());
    constexpr std::size_t some_write = 300;
    bool const hit = data.size() > some_write;
    // A short write that begins with a Close frame is one of the gateway's own, or near enough.
    bool const is_close = data.size() < limits::control_frame_bytes_max && data[0] == 0x88;
    switch (connection_->sabotage) {
        case Sabotage::loses_a_byte:
            if (hit) to_peer.pop_back();
            break;
        case Sabotage::repeats_a_write:
            if (hit) to_peer.insert(to_peer.end(), data.begin(), data.end());
            break;
        case Sabotage::garbles_a_close:
            if (is_close && data.size() > 3)
                to_peer.end()[-1] ^= 0x55, to_peer[to_peer.size() - data.size() + 3] ^= 0x55;
            break;
        case Sabotage::swallows_closes:
            if (is_close) to_peer.erase(to_peer.begin() + begin, to_peer.end());
            break;
        case Sabotage::none:
        case Sabotage::keeps_the_wire:
            break;
    }
}

/// As TLS, whose close_notify needs room; a plain socket's FIN does not.
IoStatus FakeWire::shutdown_write() noexcept {
    auto& connection = *connection_;
    if (!connection.peer_gone && connection.unread() >= connection.window) {
        connection.writer_blocked = true;
        return IoStatus::would_block;
    }
    connection.fin_to_peer = true;
    return IoStatus::ok;
}

}  // namespace holdfast::relay::sim
