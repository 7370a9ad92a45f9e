#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "common/base/clock.hpp"

namespace holdfast {

/// Says when to close how many sessions, so that all are closed by a deadline at an even rate.
///
/// The rate is what is left over the time that is left, so it follows by itself sessions that end
/// on their own, that join, and a deadline that moves. Jitter on every single close keeps two
/// data planes that were told to drain at one moment from closing in step.
///
/// Input    due() is asked every tick; a call that comes late closes what two ticks would have, and
///          the rate afterwards makes up for it: a stalled worker must not cause a burst.
/// Threads  none. Deterministic for a given seed.
/// Tests    tests/unit/eviction/pacer_test.cpp
class Pacer {
public:
    Pacer(TimePoint start, TimePoint deadline, std::uint64_t seed);

    void set_deadline(TimePoint deadline) noexcept { deadline_ = deadline; }
    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

    /// How many of the `left` sessions to close now: all of them once the deadline has come.
    [[nodiscard]] std::size_t due(TimePoint now, std::size_t left);

private:
    [[nodiscard]] double next_step();

    TimePoint last_;
    TimePoint deadline_;
    double owed_ = 0;  ///< Closes that time has earned and that were not made yet.
    std::mt19937_64 random_;
    double step_;  ///< What the next close costs: around 1.
};

}  // namespace holdfast
