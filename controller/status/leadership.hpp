#pragma once

#include <chrono>
#include <functional>

namespace holdfast::controller {

/// What whoever writes as a leader has to know of that.
struct Leadership {
    /// Whether this controller leads at this instant, by the clock. From any thread; does not call
    /// back.
    std::function<bool()> lasts;
    /// The longest silence of a request: what is under way when leadership ends unnoticed is given
    /// up about when another one may begin to lead. Whole seconds, at least 1: a transport keeps
    /// connections for every timeout that it is asked for.
    std::chrono::seconds patience;
};

}  // namespace holdfast::controller
