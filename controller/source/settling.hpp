#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/base/clock.hpp"

namespace holdfast::controller {

/// How long to wait until changed files are worth reading.
struct SettlingTimes {
    /// Without an event for this long what changed is read: editors and `kubectl`-like tools touch
    /// a file several times in one go.
    std::chrono::milliseconds quiet{100};
    /// Read after this long even while events go on.
    std::chrono::milliseconds longest{500};
    /// A file that someone writes to is not read until it is closed, or not written to for this
    /// long.
    std::chrono::milliseconds open_file{2'000};
    /// A directory that comes back, being filled, is read after this long without an event.
    std::chrono::milliseconds returned{1'000};
};

/// Decides when changed files are read, and which of them not yet. No I/O, no clock of its own.
class Settling {
public:
    explicit Settling(SettlingTimes times) : times_(times) {}

    /// Something changed, or the same again.
    void touched(TimePoint now);
    /// The whole directory appeared anew.
    void returned(TimePoint now);
    /// `file` was written to by someone who holds it open.
    void written(std::string const& file, TimePoint now);
    /// `file` was closed, replaced or removed.
    void closed(std::string const& file);

    /// When to read next; nothing while nothing changed.
    [[nodiscard]] std::optional<TimePoint> due() const;
    /// It is read now. Returns the files that are still being written.
    [[nodiscard]] std::set<std::string> take(TimePoint now);

private:
    SettlingTimes times_;
    std::optional<TimePoint> first_;
    TimePoint last_;
    bool returned_ = false;
    std::map<std::string, TimePoint> open_;  ///< When each was last written to.
};

}  // namespace holdfast::controller
