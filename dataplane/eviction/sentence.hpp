#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/base/reason.hpp"
#include "common/model/table.hpp"
#include "dataplane/handshake/terms_cache.hpp"

namespace holdfast {

/// What a new table means for the live sessions of one rule: why they are closed, with which code,
/// and over how long a time (0: at once).
struct Sentence {
    Reason reason;
    std::uint16_t code;
    std::chrono::milliseconds over;

    friend bool operator==(Sentence const&, Sentence const&) = default;
};

/// Judges the sessions that were admitted by a rule; nothing when they stay.
///
/// The rule is gone when its route, its listener, the route's attachment to it or the rule itself
/// is: then its own onRouteDelete decides, the only one there is. It has changed when the rule of
/// its name differs in anything but its backends, which concern new sessions only: then
/// onRouteChange of the new rule decides, since that is what the operator wants now. A rule that
/// only moved within its route (unnamed ones are called by their position) has not changed.
/// Pure.
[[nodiscard]] std::optional<Sentence> judge(handshake::AdmittedRule const& admitted,
                                            model::Table const& table);

}  // namespace holdfast
