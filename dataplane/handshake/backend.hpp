#pragma once

#include "common/base/error.hpp"
#include "dataplane/handshake/exchange.hpp"

/// The backend's half of a handshake: from the rule to a backend that has said 101.
namespace holdfast::handshake {

/// Chooses a backend, dials one of its endpoints, forwards the request and reads the answer.
/// Another endpoint is tried when one cannot be connected to, or resets the connection before the
/// first byte of an answer; never after that, and at most limits::dial_attempts_max in all.
///
/// Errors  `invalid_backend`, `no_endpoint`, `upstream_refused`, `upstream_timeout`,
///         `upstream_bad_response`, `overloaded`, Exchange::wait's; `upstream_rejected` for an
///         answer that is not 101, which then is whole in `answer` and `body`.
[[nodiscard]] Await<Result<void>> reach_backend(Exchange& exchange);

}  // namespace holdfast::handshake
