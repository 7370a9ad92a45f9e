#pragma once

#include "common/base/error.hpp"
#include "dataplane/handshake/exchange.hpp"

/// The client's half of a handshake: from its first byte to the rule that takes it.
namespace holdfast::handshake {

/// The TLS handshake, on a port that begins with one.
/// Errors  `tls_failed`, also when the client leaves; Exchange::wait's.
[[nodiscard]] Await<Result<void>> greet(Exchange& exchange);

/// Reads the request head; what comes behind it is kept for the relay.
/// Errors  RequestHead's, `client_gone`, Exchange::wait's.
[[nodiscard]] Await<Result<void>> receive_request(Exchange& exchange);

/// Finds the listener, the rule and what the client asks for, by the table served now, which the
/// exchange keeps from here on.
/// Errors  `draining`, `bad_host`, `misdirected`, `no_route`, `origin_denied`, check_upgrade's.
[[nodiscard]] Result<void> choose_rule(Exchange& exchange);

}  // namespace holdfast::handshake
