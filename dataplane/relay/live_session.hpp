#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dataplane/relay/session.hpp"
#include "dataplane/relay/tunnel.hpp"
#include "dataplane/relay/wheel.hpp"
#include "dataplane/telemetry/access_log.hpp"

namespace holdfast::relay {

struct LiveSession;

/// A session's place in the engine's wheel.
struct SessionTimer : WheelNode {
    explicit SessionTimer(LiveSession& owner) noexcept : session(&owner) {}
    LiveSession* session;
};

/// One session in the engine: its tunnel, and what time, counters and log need to know of it.
/// Ticks are limits::timer_tick long, counted from the clock's epoch.
struct LiveSession {
    LiveSession(SessionId id, Admission admission, TimePoint now);

    /// Passes on the bytes that came behind the heads of the handshake.
    void preload(Workbench& bench);

    [[nodiscard]] SessionView view() const;
    [[nodiscard]] telemetry::AccessRecord record() const;

    /// Adds what the tunnel has counted since the last call to the cells of its route.
    void publish() noexcept;
    [[nodiscard]] int paused_directions() const noexcept;

    /// The first tick at which something is to be decided; nothing when time means nothing to it.
    [[nodiscard]] std::optional<std::uint64_t> next_deadline() const noexcept;
    /// The closing state has lasted as long as it may.
    [[nodiscard]] bool state_expired(std::uint64_t now) const noexcept;
    /// Whether an open session is too quiet or too old.
    [[nodiscard]] std::optional<Reason> outlived(std::uint64_t now) const noexcept;
    /// The client has not answered a Close yet, or has seen none.
    [[nodiscard]] bool is_unanswered() const noexcept;

    SessionId id;
    Tunnel<Transport> tunnel;
    std::shared_ptr<Terms const> terms;
    SessionLabels labels;
    WallClock::time_point started;
    std::string early_from_client;
    std::string early_from_backend;

    SessionTimer timer{*this};
    TimePoint began;            ///< When the engine took it over.
    std::uint64_t last_data;    ///< Tick of the last data frame either way.
    std::uint64_t state_since;  ///< Tick.
    closing::State timed_state = closing::State::open;
    bool watches_writable[2] = {false, false};  ///< By Side: the epoll set tells when it is.
    bool buried = false;                        ///< Counted and logged; about to be freed.
    bool queued = false;  ///< In the engine's list of sessions with more to do.
    int paused_published = 0;

private:
    Tunnel<Transport>::Tally published_[2];
};

}  // namespace holdfast::relay
