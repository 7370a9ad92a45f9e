#pragma once

#include <source_location>

namespace holdfast {

/// Logs the broken condition and aborts, in limits::log_flush_timeout at most and whatever happens
/// to the log. A bug must not run on with state nobody understands.
[[noreturn]] void assertion_failed(
    char const* condition, std::source_location at = std::source_location::current()) noexcept;

}  // namespace holdfast

/// An invariant of our own code, checked in every build. Never for what a peer or an operator
/// can cause: those are errors with a value.
#define HOLDFAST_ASSERT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::holdfast::assertion_failed(#condition))
