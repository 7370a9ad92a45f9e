#pragma once

#include "common/base/clock.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller {

/// Whether the first tables wait for manifests that are broken.
///
/// A broken file, or an object that cannot be read, keeps its last good state, but only within one
/// process. What it was before a restart nobody knows, and a table without it would take routes
/// away from data planes that have them. So nothing goes out while there is one that was never
/// good, though not for ever: the broken file of one team must not stop all others.
/// Threads  none.
class StartHold {
public:
    /// `until`: tables go out from then on, whatever is broken.
    explicit StartHold(TimePoint until) : until_(until) {}

    /// Input  the report of a source that is synced. Once this was false it stays so: what breaks
    ///        later keeps its last good state.
    [[nodiscard]] bool holds(SourceReport const& report, TimePoint now) noexcept {
        holding_ = holding_ && report.never_good > 0 && now < until_;
        return holding_;
    }
    /// What holds() said last; true before.
    [[nodiscard]] bool holding() const noexcept { return holding_; }

private:
    TimePoint until_;
    bool holding_ = true;
};

}  // namespace holdfast::controller
