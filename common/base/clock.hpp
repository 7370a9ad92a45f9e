#pragma once

#include <chrono>
#include <string>

namespace holdfast {

/// Deadlines and durations: never jumps. The only clock that decides anything.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
/// Wall time: for timestamps that people and Kubernetes read, never for decisions.
using WallClock = std::chrono::system_clock;

/// `2026-11-21T09:17:03.125Z`: RFC 3339, UTC, milliseconds.
[[nodiscard]] std::string format_time(WallClock::time_point time);

}  // namespace holdfast
