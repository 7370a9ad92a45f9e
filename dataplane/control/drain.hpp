#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

namespace holdfast::control {

//            SIGTERM | POST /drain         delay past                 empty, or past the deadline
//   serving ────────────────────▶ announced ────────▶ closing ───────────────▶ drained | done
//      ▲                              │                 │                        │
//      └────── POST /undrain ─────────┴─────────────────┴────────────────────────┘
//              (never after SIGTERM)
//
// After SIGTERM the end is `done`; after POST /drain it is `drained`, until SIGTERM makes it
// `done`.
enum class DrainState : std::uint8_t {
    serving,
    announced,  ///< Still accepting: others are being told, or find out by the readiness probe.
    closing,    ///< New handshakes are refused, sessions are closed at an even rate.
    drained,    ///< Empty and alive; new handshakes are refused.
    done,       ///< The process ends.
};

[[nodiscard]] std::string_view to_string(DrainState state) noexcept;

struct DrainTimes {
    std::chrono::milliseconds delay{15'000};     ///< From the announcement to the first close.
    std::chrono::milliseconds timeout{300'000};  ///< From then to the deadline.
};

/// What the drain asks of the rest of the process now. It holds until the next call that changes
/// it, so that whoever carries it out compares and does what differs.
struct DrainOrders {
    bool ready = true;
    bool refuse_new = false;
    std::optional<TimePoint> close_by;  ///< Sessions are closed, the last one by then.
    bool exit = false;

    friend bool operator==(DrainOrders const&, DrainOrders const&) = default;
};

/// How a data plane lets go of its sessions, with one absolute deadline: what SIGTERM and the
/// admin port's POST /drain and /undrain mean (docs/operations.md).
///
/// SIGTERM: ready and accepting for `delay`, while the endpoint is withdrawn; then not ready, and
/// sessions are closed until `delay + timeout`. A second SIGTERM moves the deadline to 5 s from
/// then. POST /drain: not ready at once, since nobody else withdraws the endpoint; else the same.
///
/// Threads  none; no clock of its own. Tests: tests/unit/control/drain_test.cpp.
class Drain {
public:
    static constexpr auto kHurriedTimeout = std::chrono::seconds(5);
    /// What the deadline cuts has this long to reach the access log before the process ends.
    static constexpr auto kCutTimeout = std::chrono::seconds(1);

    explicit Drain(DrainTimes times) noexcept : times_(times) {}

    void on_signal(TimePoint now) noexcept;
    void on_drain_request(TimePoint now) noexcept;
    /// False after SIGTERM: the pod is going away, and nobody would send it clients again.
    [[nodiscard]] bool on_undrain_request() noexcept;
    /// Time has passed, or the number of connections has changed. To be called at least every
    /// 100 ms or so unless the state is `serving`.
    /// Input  `connections`: sessions, and handshakes that are not answered yet.
    void on_tick(TimePoint now, std::size_t connections) noexcept;

    [[nodiscard]] DrainState state() const noexcept { return state_; }
    [[nodiscard]] DrainOrders orders() const noexcept;
    /// When sessions begin to be closed, and by when the last one is. Precondition: not `serving`.
    [[nodiscard]] TimePoint close_from() const noexcept { return close_from_; }
    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

private:
    void announce(TimePoint now) noexcept;

    DrainTimes times_;
    DrainState state_ = DrainState::serving;
    bool signalled_ = false;
    bool requested_ = false;  // By POST /drain, whatever came later.
    TimePoint close_from_;
    TimePoint deadline_;
};

}  // namespace holdfast::control
