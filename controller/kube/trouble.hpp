#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {

/// Why a collection cannot be read now. What was read of it stays in force.
struct Trouble {
    enum class Kind : std::uint8_t {
        unreachable,  ///< There is no answer.
        refused,      ///< An error that passes by itself.
        forbidden,    ///< 401, 403: a right is missing.
        missing,      ///< The kind is not defined: its CRD is not there, or on its way out.
        held,         ///< Objects that went with their definition are kept.
    };
    Kind kind = Kind::unreachable;
    std::string message;

    friend bool operator==(Trouble const&, Trouble const&) = default;
};

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
