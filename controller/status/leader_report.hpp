#pragma once

#include <cstdint>
#include <string>

#include "common/base/clock.hpp"

namespace holdfast::controller {

/// What became of writes of statuses, since the start.
struct WriteCounts {
    std::uint64_t written = 0;
    std::uint64_t conflict = 0;  ///< Another one wrote first; tried again.
    std::uint64_t failed = 0;    ///< Tried again later.
};

/// What became of Events, since the start.
struct EventCounts {
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;   ///< The API server did not take them.
    std::uint64_t dropped = 0;  ///< There were too many, or another one led meanwhile.
};

/// A controller's part in the election of who writes.
struct LeaderReport {
    std::string lease;  ///< `namespace/name`.
    bool leads = false;
    /// Who held the lease when it was last seen, if it has expired since too; empty: nobody, or not
    /// seen yet.
    std::string holder{};
    /// Why the lease cannot be read or taken; empty: it can.
    std::string trouble{};
    /// When that began: the same trouble may have had other words since.
    TimePoint trouble_since{};
    WriteCounts writes;
    EventCounts events;
};

}  // namespace holdfast::controller
