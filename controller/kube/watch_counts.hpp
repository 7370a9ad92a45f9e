#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {

/// Why a watch was begun again. The names are metric label values.
enum class WatchEnd : std::uint8_t {
    closed,     ///< By the server, as agreed.
    cut_off,    ///< Without its end.
    silent,     ///< Not even a bookmark came for too long.
    expired,    ///< 410: the server does not remember that far.
    refused,    ///< Any other error, before the first event or among them.
    went_back,  ///< The server is older than what is known.
};
inline constexpr std::size_t kWatchEnds = 6;
[[nodiscard]] constexpr std::string_view to_string(WatchEnd end) noexcept {
    constexpr std::array<std::string_view, kWatchEnds> names{"closed",  "cut_off", "silent",
                                                             "expired", "refused", "went_back"};
    return names[static_cast<std::size_t>(end)];
}

/// Since the start, for metrics.
struct WatchCounts {
    std::uint64_t lists = 0;
    std::uint64_t events = 0;  ///< Bookmarks included.
    std::array<std::uint64_t, kWatchEnds> ends{};
    TimePoint last_heard;  ///< Of a list, a watch, an event or a bookmark.
};

}  // namespace holdfast::controller::kube
