#pragma once

// The definitions of Tunnel, for those who instantiate it: tunnel.cpp and the simulation.

#include <algorithm>
#include <utility>

#include "dataplane/relay/tunnel.hpp"

namespace holdfast::relay {

using closing::Action;
using closing::Event;
using closing::State;

template <class Wire>
Tunnel<Wire>::Tunnel(Wire client, Wire backend) noexcept
    : peers_{Peer(std::move(client)), Peer(std::move(backend))},
      flows_{Flow({Masking::required, limits::control_frame_bytes_max}),
             Flow({Masking::forbidden, limits::held_frame_bytes_max})} {}

// --- entry points ------------------------------------------------------------------------------

template <class Wire>
void Tunnel<Wire>::preload(Workbench& bench, Direction direction, Bytes bytes) {
    if (!bytes.empty()) process(bench, direction, bytes);
}

template <class Wire>
void Tunnel<Wire>::note(Side side, Edges edges) noexcept {
    auto& peer = peers_[index(side)];
    peer.readable |= edges.readable || edges.hangup || edges.error;
    peer.writable |= edges.writable || edges.error;
    peer.hangup |= edges.hangup || edges.error;
    peer.error |= edges.error;
}

template <class Wire>
typename Tunnel<Wire>::Turn Tunnel<Wire>::turn(Workbench& bench) {
    std::size_t budget = limits::turn_bytes_max;
    bool moved = true;
    while (moved && budget > 0 && !has_ended()) {
        moved = pump(bench, Direction::client_to_backend, budget);
        moved |= pump(bench, Direction::backend_to_client, budget);
    }
    settle(bench);
    return moved && !has_ended() ? Turn::more : Turn::waiting;
}

template <class Wire>
void Tunnel<Wire>::close(Workbench& bench, Reason reason, std::uint16_t code) {
    if (state_ != State::open) return;
    ending_ = {reason, 0, {}};
    own_code_ = code;
    raise(bench, Event::gateway_close);
}

template <class Wire>
void Tunnel<Wire>::recall(Workbench& bench, Reason reason) {
    if (state_ == State::announcing && ending_.reason == reason) raise(bench, Event::recalled);
}

template <class Wire>
void Tunnel<Wire>::timeout(Workbench& bench) {
    raise(bench, Event::timeout);
}

template <class Wire>
void Tunnel<Wire>::cut(Workbench& bench) {
    raise(bench, Event::cut);
}

template <class Wire>
void Tunnel<Wire>::release(Workbench& bench) noexcept {
    for (auto const direction : {Direction::client_to_backend, Direction::backend_to_client}) {
        auto& flow = flows_[index(direction)];
        drop_unsent(bench, direction);
        flow.tally.discarded += flow.backlog.drop_held(bench.pool);
    }
}

// --- bytes -------------------------------------------------------------------------------------

/// One read of a direction, and what follows from it. True when there may be more to do.
template <class Wire>
bool Tunnel<Wire>::pump(Workbench& bench, Direction direction, std::size_t& budget) {
    auto& flow = flows_[index(direction)];
    auto& from = source(direction);
    if (!flush(bench, direction) || from.ended || !from.readable || has_ended()) return false;

    std::size_t const held = flow.backlog.take_held(bench.pool, bench.scratch);
    auto const read = from.wire.read(bench.scratch.subspan(held, limits::scratch_bytes));
    switch (read.status) {
        case IoStatus::ok:
            break;
        case IoStatus::would_block:
            from.readable = false;
            flow.backlog.hold(bench.pool, bench.scratch.first(held));
            return false;
        case IoStatus::eof:
        case IoStatus::failed:
            stream_ended(bench, direction, read.status, bench.scratch.first(held));
            return true;
    }
    // A short read emptied the kernel's buffer, and what comes later brings a new edge; but a FIN
    // that is in already would not, so after a hangup the stream is read to its end.
    if (read.drained && !from.hangup) from.readable = false;
    budget -= std::min(budget, read.bytes);
    process(bench, direction, bench.scratch.first(held + read.bytes));
    return true;
}

template <class Wire>
void Tunnel<Wire>::process(Workbench& bench, Direction direction, Bytes bytes) {
    auto& flow = flows_[index(direction)];
    bool const from_client = direction == Direction::client_to_backend;
    while (flow.mode != Mode::drop) {
        auto const walk = flow.walker.walk(bytes);
        active_ |= walk.data && flow.mode == Mode::relay;
        if (!from_client && process_until_boundary(bench, walk, bytes)) return;

        if (flow.mode == Mode::relay) {
            flow.tally.messages += walk.messages;
            pass(bench, direction, bytes.first(walk.passable));
        } else {
            flow.tally.discarded += walk.passable;
        }
        bytes = bytes.subspan(walk.passable);
        if (walk.stop == Walk::Stop::more) {
            flow.backlog.hold(bench.pool, bytes);
            if (!from_client) raise_boundary_if_there(bench);
            return;
        }
        if (walk.stop == Walk::Stop::fault) {
            raise(bench, from_client ? Event::client_fault : Event::backend_fault);
            break;
        }
        raise(bench, from_client ? Event::client_close : Event::backend_close,
              bytes.first(walk.frame_bytes));
        bytes = bytes.subspan(walk.frame_bytes);
    }
    flow.tally.discarded += bytes.size();
}

/// Where a Close to the client is due and a message ends in these bytes: passes that far and no
/// further. A Close of the backend's own that follows takes the place of ours.
template <class Wire>
bool Tunnel<Wire>::process_until_boundary(Workbench& bench, Walk const& walk, Bytes bytes) {
    if (!close_is_due() || walk.message_end == 0 || walk.stop == Walk::Stop::close) return false;
    auto& flow = to_client();
    flow.walker.end_at_message();
    flow.tally.messages += walk.messages;
    flow.tally.discarded += bytes.size() - walk.message_end;
    pass(bench, Direction::backend_to_client, bytes.first(walk.message_end));
    raise(bench, Event::boundary);
    return true;
}

template <class Wire>
void Tunnel<Wire>::pass(Workbench& bench, Direction direction, Bytes bytes) {
    if (bytes.empty()) return;
    auto& flow = flows_[index(direction)];
    if (flow.sink_dead) {
        flow.tally.discarded += bytes.size();
        return;
    }
    if (!flow.backlog.has_unsent()) {
        auto const written = write(direction, bytes);
        bytes = bytes.subspan(written.bytes);
        if (bytes.empty()) return;
        if (written.status == IoStatus::failed) {
            flow.tally.discarded += bytes.size();
            return sink_failed(bench, direction);
        }
    }
    flow.backlog.append_unsent(bench.pool, bytes);
}

template <class Wire>
IoResult Tunnel<Wire>::write(Direction direction, Bytes bytes) noexcept {
    auto& to = sink(direction);
    auto const written = to.wire.write(bytes);
    if (written.bytes < bytes.size()) to.writable = false;
    flows_[index(direction)].tally.bytes += written.bytes;
    return written;
}

/// True when nothing is unsent any more.
template <class Wire>
bool Tunnel<Wire>::flush(Workbench& bench, Direction direction) {
    auto& flow = flows_[index(direction)];
    auto& to = sink(direction);
    while (flow.backlog.has_unsent()) {
        if (!to.writable) return false;
        auto const written = write(direction, flow.backlog.unsent());
        if (written.status == IoStatus::failed) {
            sink_failed(bench, direction);
            break;
        }
        if (written.bytes > 0) flow.backlog.consume_unsent(bench.pool, written.bytes);
    }
    finish_writes(direction);
    return true;
}

template <class Wire>
void Tunnel<Wire>::finish_writes(Direction direction) noexcept {
    auto& flow = flows_[index(direction)];
    auto& to = sink(direction);
    if (!flow.fin_due || flow.backlog.has_unsent()) return;
    if (!flow.sink_dead) {
        if (!to.writable) return;
        if (to.wire.shutdown_write() == IoStatus::would_block) {
            to.writable = false;
            return;
        }
    }
    flow.fin_due = false;
}

/// The receiver is gone for writing. What it said before may still be there to read, so its end
/// is found by reading, not declared here.
template <class Wire>
void Tunnel<Wire>::sink_failed(Workbench& bench, Direction direction) noexcept {
    drop_unsent(bench, direction);
    flows_[index(direction)].sink_dead = true;
    note(direction == Direction::client_to_backend ? Side::backend : Side::client,
         {.readable = true, .writable = true, .hangup = true});
}

/// A Close is the last thing a direction carries: where anything is dropped, it is too.
template <class Wire>
void Tunnel<Wire>::drop_unsent(Workbench& bench, Direction direction) noexcept {
    auto& flow = flows_[index(direction)];
    if (!flow.backlog.has_unsent()) return;
    flow.tally.discarded += flow.backlog.unsent().size();
    flow.backlog.drop_unsent(bench.pool);
    bool const to_client = direction == Direction::backend_to_client;
    if (to_client && ending_.reason != Reason::client_close) ending_.code = 0;
}

template <class Wire>
void Tunnel<Wire>::stream_ended(Workbench& bench, Direction direction, IoStatus how, Bytes held) {
    auto& flow = flows_[index(direction)];
    source(direction).ended = true;
    // The rest of an incomplete frame will never come, and behind a part of it no Close could
    // stand.
    flow.tally.discarded += held.size();
    if (direction == Direction::client_to_backend) {
        raise(bench, how == IoStatus::eof ? Event::client_fin : Event::client_reset);
    } else {
        raise(bench, flow.walker.at_frame_boundary() ? Event::backend_gone
                                                     : Event::backend_gone_mid_frame);
    }
}

// --- decisions ---------------------------------------------------------------------------------

template <class Wire>
void Tunnel<Wire>::raise(Workbench& bench, Event event, Bytes frame) {
    auto const& step = closing::step(state_, event);
    note_ending(event, step, frame);
    state_ = step.next;
    carry_out(bench, step.actions, event, frame);
}

template <class Wire>
void Tunnel<Wire>::note_ending(Event event, closing::Step const& step, Bytes frame) {
    if (!step.reason) return;
    auto const reason = *step.reason;
    ending_ = {reason, 0, {}};
    own_code_ = reason == Reason::backend_lost ? backend_lost_code_ : info(reason).close_code;
    if (event != Event::client_close && event != Event::backend_close) return;
    auto body = read_close_frame(frame);
    if (event == Event::client_close) ending_.code = body.code;
    ending_.text = std::move(body.text);
}

template <class Wire>
void Tunnel<Wire>::carry_out(Workbench& bench, Action actions, Event event, Bytes frame) {
    constexpr auto c2b = Direction::client_to_backend;
    constexpr auto b2c = Direction::backend_to_client;
    if (has(actions, Action::pass)) pass_close(bench, event, frame);
    if (has(actions, Action::close_client)) close_client(bench);
    if (has(actions, Action::echo_client)) {
        send_close(bench, b2c, {ending_.code, {}, Masking::forbidden});
    }
    if (has(actions, Action::close_backend)) {
        bool const at_fault = ending_.reason == Reason::backend_protocol;
        send_close(bench, c2b,
                   at_fault ? CloseFrame{1002, "protocol error", Masking::required}
                            : CloseFrame{1001, "going away", Masking::required});
    }
    if (has(actions, Action::sift_client)) set_mode(bench, c2b, Mode::sift);
    if (has(actions, Action::drop_client)) set_mode(bench, c2b, Mode::drop);
    if (has(actions, Action::drop_backend)) set_mode(bench, b2c, Mode::drop);
    if (has(actions, Action::fin_client)) to_client().fin_due = true;
    if (has(actions, Action::fin_backend)) to_backend().fin_due = true;
    finish_writes(b2c);
    finish_writes(c2b);
    if (has(actions, Action::reset_backend)) wire(Side::backend).abort_on_close();
    if (has(actions, Action::due)) raise_boundary_if_there(bench);
}

/// A peer's own Close, to the other one.
template <class Wire>
void Tunnel<Wire>::pass_close(Workbench& bench, Event event, Bytes frame) {
    if (event == Event::client_close) return pass(bench, Direction::client_to_backend, frame);
    pass(bench, Direction::backend_to_client, frame);
    bool const is_out = !to_client().sink_dead;
    if (is_out && ending_.reason != Reason::client_close) {
        ending_.code = read_close_frame(frame).code;
    }
}

template <class Wire>
void Tunnel<Wire>::close_client(Workbench& bench) {
    auto const text = info(ending_.reason).text;
    bool const is_out =
        send_close(bench, Direction::backend_to_client, {own_code_, text, Masking::forbidden});
    if (is_out) ending_.code = own_code_;
}

/// Inside a frame no Close can stand: it is left out, and the FIN alone tells the end. False then,
/// and where the receiver is gone.
template <class Wire>
bool Tunnel<Wire>::send_close(Workbench& bench, Direction direction, CloseFrame const& frame) {
    auto& flow = flows_[index(direction)];
    if (!flow.walker.at_frame_boundary()) return false;
    flow.tally.discarded += flow.backlog.drop_held(bench.pool);
    pass(bench, direction, frame.bytes());
    return !flow.sink_dead;
}

template <class Wire>
void Tunnel<Wire>::set_mode(Workbench& bench, Direction direction, Mode mode) noexcept {
    auto& flow = flows_[index(direction)];
    flow.mode = mode;
    if (mode == Mode::drop) flow.tally.discarded += flow.backlog.drop_held(bench.pool);
}

template <class Wire>
void Tunnel<Wire>::raise_boundary_if_there(Workbench& bench) {
    if (!close_is_due()) return;
    auto const& walker = to_client().walker;
    bool const there = bench.close_place == ClosePlace::between_frames
                           ? walker.at_frame_boundary()
                           : walker.at_message_boundary();
    if (there) raise(bench, Event::boundary);
}

template <class Wire>
void Tunnel<Wire>::settle(Workbench& bench) {
    // A dead client whose backend does not read could never be seen by reading.
    auto& client = peers_[index(Side::client)];
    bool const dead = client.error || to_client().sink_dead;
    if (!client.ended && dead && to_backend().backlog.has_unsent()) {
        client.ended = true;
        raise(bench, Event::client_reset);
    }
    if (peers_[0].ended && peers_[1].ended && !is_paused(Direction::backend_to_client) &&
        !is_paused(Direction::client_to_backend)) {
        raise(bench, Event::settled);
    }
}

}  // namespace holdfast::relay
