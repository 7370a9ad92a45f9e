#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/reason.hpp"
#include "dataplane/relay/backlog.hpp"
#include "dataplane/relay/close_frame.hpp"
#include "dataplane/relay/closing.hpp"
#include "dataplane/relay/frame_walker.hpp"
#include "dataplane/relay/transport.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::relay {

using telemetry::Direction;

/// Where a Close of the gateway's may stand: between messages, or also between the frames of one,
/// when the drain's deadline leaves no time to wait for its end.
enum class ClosePlace : std::uint8_t { between_messages, between_frames };

/// What a worker's sessions share while they have their turn.
struct Workbench {
    MutableBytes scratch;  ///< At least limits::scratch_bytes + limits::held_frame_bytes_max.
    BlockPool& pool;
    ClosePlace close_place = ClosePlace::between_messages;
};

/// What epoll told of a descriptor since the last turn.
struct Edges {
    bool readable = false;
    bool writable = false;
    bool hangup = false;  ///< The peer's FIN is in: read until it shows.
    bool error = false;   ///< The connection is dead.
};

/// How a session ended, or is about to.
struct Ending {
    Reason reason = Reason::internal_error;
    /// Of the Close frame that ended it: the client's own, or the one that went out to the client
    /// whole; 0: none did.
    std::uint16_t code = 0;
    std::string text;  ///< The peer's, from its Close frame.
};

/// One tunnelled session, from 101 to its last byte: moves bytes between two wires, walks their
/// frames, and carries out the closing machine.
///
/// `Wire` is Transport, or a fake of it in tests: read, write, shutdown_write, abort_on_close.
///
/// Guarantees, whatever the order of events (tests/sim/tunnel_sim.cpp):
///  - what arrives at either peer is a gapless prefix of what the other sent, but for Close frames;
///  - the client sees at most one Close frame, at a frame boundary, and nothing behind it;
///  - memory is bounded: a direction whose receiver is slow is not read.
///
/// Threads  none; one worker's. Knows no time: the owner calls `timeout` when the state's
///          `time_allowed` is over. Reads and writes nothing before the owner has noted an edge.
template <class Wire>
class Tunnel {
public:
    struct Tally {
        std::uint64_t messages = 0;   ///< Data messages that were let through whole.
        std::uint64_t bytes = 0;      ///< Bytes the receiver's kernel took, frame headers included.
        std::uint64_t discarded = 0;  ///< Bytes read and dropped.
    };
    enum class Turn : std::uint8_t {
        waiting,  ///< Nothing can be done before the next edge.
        more,     ///< The budget is used up: take another turn soon.
    };

    Tunnel(Wire client, Wire backend) noexcept;
    Tunnel(Tunnel const&) = delete;
    Tunnel& operator=(Tunnel const&) = delete;

    /// Bytes that came behind the head of the handshake, before anything else of their direction.
    void preload(Workbench& bench, Direction direction, Bytes bytes);
    /// Notes edges; the next turn acts on them.
    void note(Side side, Edges edges) noexcept;
    /// Moves what can be moved, within limits::turn_bytes_max.
    [[nodiscard]] Turn turn(Workbench& bench);

    /// Begins to close for `reason` with Close `code`; nothing happens if the end has begun.
    void close(Workbench& bench, Reason reason, std::uint16_t code);
    /// Takes a close() for `reason` back that nobody has been told of yet; else nothing happens.
    void recall(Workbench& bench, Reason reason);
    /// The bench's `close_place` has changed: a Close that is due may have found its place.
    void look_for_close_place(Workbench& bench) { raise_boundary_if_there(bench); }
    /// The time of the present state is over.
    void timeout(Workbench& bench);
    /// Ends now.
    void cut(Workbench& bench);
    /// Gives blocks back and counts what was in them as discarded: the last thing done to a tunnel
    /// that has ended. Only then does `ending` tell which Close has left.
    void release(Workbench& bench) noexcept;

    [[nodiscard]] closing::State state() const noexcept { return state_; }
    [[nodiscard]] bool has_ended() const noexcept { return state_ == closing::State::ended; }
    /// How long the present state may last; the owner keeps the time.
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_allowed() const noexcept {
        return closing::time_allowed(state_, ending_.reason);
    }
    [[nodiscard]] Ending const& ending() const noexcept { return ending_; }
    [[nodiscard]] Tally const& tally(Direction direction) const noexcept {
        return flows_[index(direction)].tally;
    }
    /// The direction waits for its receiver.
    [[nodiscard]] bool is_paused(Direction direction) const noexcept {
        auto const& flow = flows_[index(direction)];
        return flow.backlog.has_unsent() || flow.fin_due;
    }
    /// The peer's kernel took no more at the last try: its next writable edge is wanted.
    [[nodiscard]] bool wants_writable(Side side) const noexcept {
        return !peers_[index(side)].writable;
    }
    /// Whether data frames have passed since the last call.
    [[nodiscard]] bool take_activity() noexcept { return std::exchange(active_, false); }
    [[nodiscard]] Wire& wire(Side side) noexcept { return peers_[index(side)].wire; }
    /// The code that tells the client of a lost backend, by the session's terms.
    void set_backend_lost_code(std::uint16_t code) noexcept { backend_lost_code_ = code; }

private:
    enum class Mode : std::uint8_t {
        relay,  ///< Frames pass.
        sift,   ///< Frames are read for a Close, and dropped.
        drop,   ///< Bytes are dropped unread.
    };
    struct Flow {
        explicit Flow(FrameWalker frames) noexcept : walker(frames) {}
        FrameWalker walker;
        Backlog backlog;
        Tally tally;
        Mode mode = Mode::relay;
        bool fin_due = false;    ///< FIN to the receiver once nothing is unsent.
        bool sink_dead = false;  ///< The receiver takes nothing any more.
    };
    struct Peer {
        explicit Peer(Wire w) noexcept : wire(std::move(w)) {}
        Wire wire;
        bool readable = false;
        bool writable = true;
        bool hangup = false;
        bool error = false;
        bool ended = false;  ///< Its stream is over: FIN or reset.
    };

    [[nodiscard]] static std::size_t index(Direction direction) noexcept {
        return static_cast<std::size_t>(direction);
    }
    [[nodiscard]] static std::size_t index(Side side) noexcept {
        return static_cast<std::size_t>(side);
    }
    [[nodiscard]] Peer& source(Direction direction) noexcept { return peers_[index(direction)]; }
    [[nodiscard]] Peer& sink(Direction direction) noexcept { return peers_[1 - index(direction)]; }
    [[nodiscard]] Flow& to_client() noexcept { return flows_[1]; }
    [[nodiscard]] Flow& to_backend() noexcept { return flows_[0]; }

    // Bytes.
    [[nodiscard]] bool pump(Workbench& bench, Direction direction, std::size_t& budget);
    void process(Workbench& bench, Direction direction, Bytes bytes);
    [[nodiscard]] bool process_until_boundary(Workbench& bench, Walk const& walk, Bytes bytes);
    void pass(Workbench& bench, Direction direction, Bytes bytes);
    [[nodiscard]] IoResult write(Direction direction, Bytes bytes) noexcept;
    [[nodiscard]] bool flush(Workbench& bench, Direction direction);
    void finish_writes(Direction direction) noexcept;
    void sink_failed(Workbench& bench, Direction direction) noexcept;
    void drop_unsent(Workbench& bench, Direction direction) noexcept;
    void stream_ended(Workbench& bench, Direction direction, IoStatus how, Bytes held);

    // Decisions.
    void raise(Workbench& bench, closing::Event event, Bytes frame = {});
    void note_ending(closing::Event event, closing::Step const& step, Bytes frame);
    void carry_out(Workbench& bench, closing::Action actions, closing::Event event, Bytes frame);
    void pass_close(Workbench& bench, closing::Event event, Bytes frame);
    void close_client(Workbench& bench);
    bool send_close(Workbench& bench, Direction direction, CloseFrame const& frame);
    void set_mode(Workbench& bench, Direction direction, Mode mode) noexcept;
    void raise_boundary_if_there(Workbench& bench);
    void settle(Workbench& bench);
    [[nodiscard]] bool close_is_due() const noexcept {
        return state_ == closing::State::announcing || state_ == closing::State::faulted;
    }

    Peer peers_[2];  ///< Client, backend.
    Flow flows_[2];  ///< By Direction: each flows from the peer of the same index to the other.
    Ending ending_;
    std::uint16_t own_code_ = 0;  ///< Of the Close that the gateway has for the client.
    std::uint16_t backend_lost_code_ = 1011;
    closing::State state_ = closing::State::open;
    bool active_ = false;
};

}  // namespace holdfast::relay
