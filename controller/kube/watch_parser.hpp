#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/failure.hpp"

namespace holdfast::controller::kube {

/// One line of a watch.
struct WatchEvent {
    /// What happened to `object`, which is as it was before for `deleted`.
    enum class Type : std::uint8_t {
        added,
        modified,
        deleted,
        bookmark,  ///< `object` has nothing but its resourceVersion.
        error,     ///< `object` is a Status.
    };
    Type type = Type::added;
    boost::json::object object;
};

/// What some bytes of a watch say.
struct WatchPiece {
    std::vector<WatchEvent> events;  ///< In order.
    /// What comes after them is a line that is no event, or is longer than
    /// limits::watch_line_bytes_max: the stream cannot be trusted any further.
    std::optional<Failure> broken;
};

/// Takes a watch's bytes apart, one line of JSON per event, however the network cut them. Types of
/// events that a newer server may add are skipped.
///
/// Threads  none; one parser per stream. An incomplete last line is lost with it, which is right:
///          the next watch begins behind the last whole event.
class WatchParser {
public:
    /// The events that `bytes` complete. Not to be called after a piece that is broken.
    [[nodiscard]] WatchPiece feed(std::string_view bytes);

private:
    std::string line_;  ///< What came of the line that is not complete yet.
};

}  // namespace holdfast::controller::kube
