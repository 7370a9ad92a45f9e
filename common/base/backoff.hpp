#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace holdfast {

/// Exponential backoff with full jitter: the n-th wait is uniform in [0, min(max, first · 2ⁿ)].
///
/// Full jitter spreads a fleet that lost its controller at one moment over the whole interval.
/// Threads: none; owned by one retry loop. Deterministic for a given seed.
class Backoff {
public:
    using Duration = std::chrono::milliseconds;

    Backoff(Duration first, Duration max, std::uint64_t seed) noexcept;

    /// The next wait; each call doubles the interval until it reaches `max`.
    [[nodiscard]] Duration next();
    /// After a success: the next wait is drawn from the first interval again.
    void reset() noexcept;

private:
    Duration first_;
    Duration max_;
    Duration ceiling_;
    std::mt19937_64 random_;
};

}  // namespace holdfast
