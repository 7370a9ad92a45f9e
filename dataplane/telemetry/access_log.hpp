#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "common/base/reason.hpp"

namespace holdfast::telemetry {

/// One line of the access log: a handshake that was refused, or a session that ended. What the
/// fields mean to operators is in docs/refusals.md.
/// Views need only live during the call that logs the record.
struct AccessRecord {
    WallClock::time_point started;
    std::chrono::nanoseconds duration{0};
    std::string_view request_id;
    std::string_view traceparent;
    std::string_view client;  ///< `address:port`.
    std::string_view listener;
    std::string_view host;
    std::string_view path;  ///< Without the query, which may carry tokens.
    std::string_view route;
    std::string_view rule;
    std::string_view backend;
    std::string_view endpoint;  ///< `address:port`, of the last one tried.
    std::string_view subprotocol;
    int status = 0;  ///< HTTP status answered; 101 for a session.
    Reason reason = Reason::internal_error;
    Side side = Side::gateway;     ///< Who ended it.
    std::uint16_t close_code = 0;  ///< 0 where there was no Close frame.
    std::string_view close_text;   ///< The peer's reason text, or for a refusal what was wrong.
    std::uint64_t bytes_from_client = 0;
    std::uint64_t bytes_to_client = 0;
    std::uint64_t messages_from_client = 0;
    std::uint64_t messages_to_client = 0;
};

/// JSON lines, one per record, through a bounded queue to a writer thread: a stalled reader of
/// the log never stalls a worker, and what finds the queue full is counted, not waited for. A line
/// is written within 50 ms unless the reader stalls.
/// Safe from every thread.
class AccessLog {
public:
    AccessLog() = default;
    AccessLog(AccessLog const&) = delete;
    AccessLog& operator=(AccessLog const&) = delete;
    virtual ~AccessLog() = default;

    virtual void write(AccessRecord const& record) = 0;
    [[nodiscard]] virtual std::uint64_t lines_dropped() const noexcept = 0;
};

/// To a file, which is appended to, or to standard output for `-`.
/// Errors   the path and the system's reason.
/// Lifetime the destructor writes out what is queued; a reader that stalls is given
///          limits::access_log_flush_timeout, then the rest is dropped and counted.
[[nodiscard]] Outcome<std::unique_ptr<AccessLog>> open_access_log(std::string const& path);

/// The line, without the newline: one JSON object whatever bytes the texts hold. Empty texts and
/// a close code of 0 are left out (tests/unit/telemetry).
[[nodiscard]] std::string to_json_line(AccessRecord const& record);

}  // namespace holdfast::telemetry
