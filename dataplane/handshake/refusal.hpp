#pragma once

#include "common/base/error.hpp"
#include "dataplane/handshake/exchange.hpp"

namespace holdfast::handshake {

/// Ends a handshake that came to nothing: the backend is let go of, the client gets an HTTP answer
/// wherever one can still be given, and the outcome is logged and counted once. Completes when the
/// client has had its time to read the answer.
[[nodiscard]] Await<void> refuse(Exchange& exchange, Error const& error);

}  // namespace holdfast::handshake
