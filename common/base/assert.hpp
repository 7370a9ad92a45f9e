#pragma once

#include <source_location>

namespace holdfast {

/// Logs the broken condition and aborts. A bug must not run on with state nobody understands.
[[noreturn]] void assertion_failed(char const* condition,
                                   std::source_location at = std::source_location::current());

}  // namespace holdfast

/// An invariant of our own code, checked in every build. Never for what a peer or an operator
/// can cause: those are errors with a value.
#define HOLDFAST_ASSERT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::holdfast::assertion_failed(#condition))
