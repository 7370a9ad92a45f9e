#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/limits.hpp"
#include "common/base/reason.hpp"

/// How a session ends: the closing machine, as data. docs/closing.md explains it and holds the
/// same table in prose; tests/unit/relay/closing_test.cpp compares the two.
///
/// Pure: no I/O, no clock. Tunnel raises the events and carries out what the cells say.
namespace holdfast::relay::closing {

enum class State : std::uint8_t {
    open,             ///< Both directions pass.
    announcing,       ///< A Close of ours is due: it waits for a message boundary to the client.
    announced,        ///< Our Close is on its way; the client's direction passes until its answer.
    faulted,          ///< The client broke framing: 1002 is due, nothing of it passes any more.
    client_closing,   ///< The client's Close has passed; the backend's answer is awaited.
    backend_closing,  ///< The backend's Close has passed; the client's answer is awaited.
    half_closed,      ///< The client's FIN has passed without a Close; the backend may go on.
    orphaned,         ///< The backend is gone, the client was told so; its answer is awaited.
    retiring,         ///< The client is done; the backend was told 1001 and is to end.
    lingering,        ///< All is said; both FINs are awaited, so that no reset eats last words.
    ended,
};
inline constexpr std::size_t kStates = 11;

enum class Event : std::uint8_t {
    client_close,            ///< A whole Close frame of the client is next.
    backend_close,           ///< A whole Close frame of the backend is next.
    client_fault,            ///< What comes next from the client breaks framing.
    backend_fault,           ///< What comes next from the backend breaks framing.
    client_fin,              ///< End of the client's stream (TLS: its close_notify).
    client_reset,            ///< The client's connection is dead.
    backend_gone,            ///< The backend's stream ended or died, at a frame boundary.
    backend_gone_mid_frame,  ///< The same, with part of a long frame already passed.
    gateway_close,           ///< The gateway wants to end the session, for the reason given.
    recalled,                ///< The gateway has changed its mind before it told anybody.
    boundary,                ///< The place for the Close that is due has been reached.
    timeout,                 ///< The state's time is over.
    settled,                 ///< Both streams have ended.
    cut,                     ///< The drain's deadline: end it now.
};
inline constexpr std::size_t kEvents = 14;

/// What a transition does, in this order.
enum class Action : std::uint16_t {
    none = 0,
    pass = 1 << 0,            ///< The Close frame at hand is forwarded (else it is swallowed).
    due = 1 << 1,             ///< `boundary` is to be raised where a Close to the client may stand.
    close_client = 1 << 2,    ///< Our Close to the client; left out inside a frame.
    echo_client = 1 << 3,     ///< The client's own Close code back to it; left out inside a frame.
    close_backend = 1 << 4,   ///< Close 1001 (1002 if it broke framing); left out inside a frame.
    sift_client = 1 << 5,     ///< The client's frames are read for a Close, and dropped.
    drop_client = 1 << 6,     ///< What the client sends is dropped unread.
    drop_backend = 1 << 7,    ///< What the backend sends is dropped and counted.
    fin_client = 1 << 8,      ///< FIN to the client, after what is written.
    fin_backend = 1 << 9,     ///< FIN to the backend, after what is written.
    reset_backend = 1 << 10,  ///< The client's reset is carried on.
};
[[nodiscard]] constexpr Action operator|(Action a, Action b) noexcept {
    return static_cast<Action>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr bool has(Action set, Action one) noexcept {
    return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

/// One cell: where the event leads from its state, what is done, and the reason it gives the
/// session's end, where it is what ended it.
struct Step {
    State next;
    Action actions = Action::none;
    std::optional<Reason> reason{};
};

/// The cell of a state and an event. Events that mean nothing in a state leave it as it is.
[[nodiscard]] Step const& step(State state, Event event) noexcept;

/// How long a state may last in a session that ends for `reason`; nothing where only its peers or
/// the drain's deadline end it.
[[nodiscard]] constexpr std::optional<std::chrono::milliseconds> time_allowed(
    State state, Reason reason) noexcept {
    switch (state) {
        case State::announcing:
            if (reason == Reason::drain) return std::nullopt;
            return limits::message_end_timeout;
        case State::announced:
        case State::faulted:
        case State::orphaned:
        case State::retiring:
        case State::lingering:
            return limits::close_timeout;
        case State::client_closing:
        case State::backend_closing:
            return limits::close_handshake_timeout;
        case State::half_closed:
            return limits::half_close_timeout;
        case State::open:
        case State::ended:
            break;
    }
    return std::nullopt;
}

[[nodiscard]] std::string_view to_string(State state) noexcept;
[[nodiscard]] std::string_view to_string(Event event) noexcept;

}  // namespace holdfast::relay::closing
