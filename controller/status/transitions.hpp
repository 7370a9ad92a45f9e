#pragma once

#include <string>
#include <vector>

#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// A condition that an object's owner has not been told of in this form before.
struct Transition {
    std::string object;  ///< `WebSocketRoute default/chat`.
    std::string part;    ///< `listener ws` or `parent default/edge`; empty: the whole object.
    Condition condition;
    bool fault = false;  ///< Not what the owner wants: False, or True where True is bad.

    friend bool operator==(Transition const&, Transition const&) = default;
};

/// What `after` says of the objects and `before` did not; of an object or a part that is new, only
/// its faults. A generation alone is no transition.
[[nodiscard]] std::vector<Transition> transitions(Translation const& before,
                                                  Translation const& after);

/// What `before` told of and `after` does not, as `object`, or `object, part` where the rest of the
/// object is still there: deleted, or not ours any more.
[[nodiscard]] std::vector<std::string> departures(Translation const& before,
                                                  Translation const& after);

/// Logs the transitions that are a manifest's own, what is gone, and the references that lead to no
/// Gateway of ours any more. Programmed is left out: it follows from the others.
/// Cost  a bounded number of lines, whatever changed.
void log_transitions(Translation const& before, Translation const& after);

}  // namespace holdfast::controller
