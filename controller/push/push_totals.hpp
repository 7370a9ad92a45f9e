#pragma once

#include <array>
#include <cstdint>

namespace holdfast::controller {

/// What a push server has sent and heard since it was made.
struct PushTotals {
    std::array<std::uint64_t, 3> frames{};  ///< By FrameKind.
    std::uint64_t bytes = 0;                ///< Of these frames' text.
    std::uint64_t nacks = 0;
    std::uint64_t streams_dropped = 0;  ///< For lack of room: limits::push_{streams,strangers}_max.
};

}  // namespace holdfast::controller
