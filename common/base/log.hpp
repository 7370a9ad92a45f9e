#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/base/clock.hpp"

namespace holdfast::log {

enum class Level { debug, info, warning, error };

/// One field of a log line.
struct Field {
    std::string_view key;
    std::variant<std::string, std::int64_t, bool> value;

    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, char const* v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, bool v) : key(k), value(v) {}
    template <class Int>
        requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
    Field(std::string_view k, Int v) : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

/// The process's own log: JSON lines on standard error, `{"time","level","message",…fields}`.
///
/// Safe from every thread. Lines go through a bounded queue to a writer thread, so that a stalled
/// reader of standard error never stalls a worker; lines that found it full are counted.
/// Not for what happens per message, nor for sessions: those have the access log.
void write(Level level, std::string_view message, Fields fields = {});

inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void warning(std::string_view message, Fields fields = {}) {
    write(Level::warning, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}

/// Lines below this level are dropped before they are formatted. Default info.
void set_level(Level level) noexcept;
/// `debug`, `info`, `warning` or `error`; false for anything else.
[[nodiscard]] bool parse_level(std::string_view text, Level& level) noexcept;

/// The line that write() queues, without its newline: one JSON object whatever bytes the texts
/// hold.
[[nodiscard]] std::string format_line(Level level, WallClock::time_point time,
                                      std::string_view message, Fields fields);

/// Lines lost because the queue was full, since the start of the process.
[[nodiscard]] std::uint64_t lines_dropped() noexcept;
/// Writes out what is queued and stops the writer thread; main calls it last. A line that comes
/// after it is written by the thread that logs it. Gives up after limits::log_flush_timeout, when
/// nobody reads standard error: then what is queued and what comes after is lost.
void flush() noexcept;

}  // namespace holdfast::log
