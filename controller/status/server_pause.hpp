#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"

namespace holdfast::controller {

/// How long an API server that takes no request is left alone, by all who share this: for a time
/// that grows, and as long as it asks for.
///
/// Threads  none; no clock of its own.
class ServerPause {
public:
    static constexpr auto kMin = std::chrono::milliseconds(200);
    static constexpr auto kMax = std::chrono::seconds(30);

    /// `seed` of the times, which differ from controller to controller.
    explicit ServerPause(std::uint64_t seed) : backoff_(kMin, kMax, seed) {}

    /// It refused all. `retry_after` is what it asks for. Several requests that were refused
    /// together are one reason to wait.
    void begin(TimePoint now, std::optional<std::chrono::seconds> retry_after);
    /// It did what it was asked to.
    void reset() noexcept { backoff_.reset(); }

    /// Nothing is sent before.
    [[nodiscard]] TimePoint until() const noexcept { return until_; }

private:
    Backoff backoff_;
    TimePoint until_ = TimePoint::min();
};

}  // namespace holdfast::controller
