#pragma once

#include <cstdint>
#include <string>

namespace holdfast::controller {

/// What became of writes to the API server, since the start.
struct WriteCounts {
    std::uint64_t written = 0;
    std::uint64_t conflict = 0;  ///< Another one wrote first; tried again.
    std::uint64_t failed = 0;    ///< Tried again later.
    std::uint64_t events = 0;
    std::uint64_t events_dropped = 0;
};

/// A controller's part in the election of who writes.
struct LeaderReport {
    std::string lease;  ///< `namespace/name`.
    bool leads = false;
    WriteCounts writes;
};

}  // namespace holdfast::controller
