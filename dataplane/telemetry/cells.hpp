#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/reason.hpp"

/// Counting without contention: every worker has cells of its own, written by its thread alone,
/// and the exporter adds them up when Prometheus asks.
namespace holdfast::telemetry {

/// One number with one writer. An add is a load, an addition and a store: no locked instruction.
class Cell {
public:
    void add(std::uint64_t n = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void sub(std::uint64_t n = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A histogram with one writer and fixed bounds (seconds).
class HistogramCell {
public:
    /// Upper bounds of the buckets; what is above the last goes to +Inf.
    static constexpr std::array kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                        0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
    void observe(std::chrono::nanoseconds value) noexcept;

    struct Totals {
        std::array<std::uint64_t, kBounds.size() + 1> buckets{};  ///< Not cumulative.
        std::uint64_t nanoseconds = 0;
    };
    void add_to(Totals& totals) const noexcept;

private:
    std::array<Cell, kBounds.size() + 1> buckets_;
    Cell nanoseconds_;
};

enum class Direction : std::uint8_t { client_to_backend, backend_to_client };

[[nodiscard]] constexpr std::string_view to_string(Direction direction) noexcept {
    return direction == Direction::client_to_backend ? "client_to_backend" : "backend_to_client";
}

/// What is added to per session and per message, for one route on one listener. Lives as long as
/// the worker.
struct RouteCells {
    std::string listener;
    std::string route;
    Cell upgrades;  ///< Handshakes answered with 101.
    Cell sessions_active;
    std::array<Cell, 2> messages;  ///< Whole data messages forwarded, by Direction.
    std::array<Cell, 2> bytes;     ///< Bytes of frames forwarded after 101, headers included.
    Cell bytes_discarded;  ///< Sent by a backend after our Close, or held when its peer was lost.
};

/// Peers choose close codes, and every value of a label costs memory here and in Prometheus: what
/// is no registered protocol code (1000 to 1015) or 0 is counted as one of three classes.
inline constexpr std::uint16_t kCloseCode3xxx = 3000;
inline constexpr std::uint16_t kCloseCode4xxx = 4000;
inline constexpr std::uint16_t kCloseCodeOther = 1;
[[nodiscard]] std::uint16_t close_code_class(std::uint16_t code) noexcept;

/// What ended sessions and answered handshakes are counted by.
struct CloseLabels {
    std::string route;
    Side side;           ///< Who ended it.
    std::uint16_t code;  ///< Close code; 0 where there was none.
    Reason reason;
    auto operator<=>(CloseLabels const&) const = default;
};
struct UpgradeLabels {
    std::string route;     ///< Empty before a route was chosen.
    std::uint16_t status;  ///< HTTP status answered; 101 for a session, 0 where none could be.
    std::string reason;    ///< Name of the Reason; empty for 101.
    auto operator<=>(UpgradeLabels const&) const = default;
};

/// All cells of one worker. The members that are plain cells and the RouteCells handed out are
/// written by the worker's thread without a lock; the counting functions take a mutex that only
/// a scrape contends for, and are for what happens once per connection.
class WorkerCells {
public:
    Cell connections_accepted;
    Cell tls_handshake_errors;
    Cell handshakes_active;
    Cell paused_directions;  ///< Directions that wait for a slow reader now.
    Cell send_buffer_bytes;  ///< Bytes that wait for slow readers now, and held frames.
    Cell drain_forced;       ///< Sessions cut at the drain's deadline.
    HistogramCell upgrade_duration;
    HistogramCell backend_connect_duration;

    /// The cells of a route on a listener; the reference stays valid for the worker's life.
    [[nodiscard]] RouteCells& route(std::string_view listener, std::string_view route);
    /// For refusals: 101 is counted in the route's cells, without labels to look up.
    void count_upgrade(UpgradeLabels const& labels);
    /// By the code's class (close_code_class).
    void count_close(CloseLabels const& labels, std::chrono::nanoseconds duration);
    /// `reason`: `refused`, `timeout`, `unreachable` or `other`.
    void count_connect_error(std::string_view reason);

    struct Counts {
        std::map<UpgradeLabels, std::uint64_t> upgrades;
        std::map<CloseLabels, std::uint64_t> closes;
        std::map<std::string, std::uint64_t> connect_errors;
        HistogramCell::Totals session_duration;
    };
    /// For the exporter, from any thread: adds this worker's counts to `into`, and calls `visit`
    /// for each route's cells, without holding up the worker.
    void collect(Counts& into, std::function<void(RouteCells const&)> const& visit) const;

private:
    /// What needs the lock. RouteCells stay where they are, so that they are read without it.
    [[nodiscard]] std::vector<RouteCells const*> collect_locked(Counts& into) const;

    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<RouteCells>> routes_;
    std::map<UpgradeLabels, std::uint64_t> upgrades_;
    std::map<CloseLabels, std::uint64_t> closes_;
    std::map<std::string, std::uint64_t> connect_errors_;
    HistogramCell session_duration_;
};

}  // namespace holdfast::telemetry
