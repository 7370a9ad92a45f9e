#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dataplane/http/path.hpp"
#include "dataplane/http/request_head.hpp"
#include "dataplane/http/trace.hpp"

namespace holdfast::http {

enum class Scheme : std::uint8_t { http, https };

/// What the gateway knows of the client's connection and the backend does not.
struct Hop {
    std::string_view client;  ///< The client's IP address, without port and brackets.
    Scheme scheme = Scheme::http;
    std::uint16_t port = 0;  ///< The listener's.
    std::optional<PrefixRewrite> rewrite;
};

/// The request head for the backend, ready to send.
///
/// Host and all other end-to-end fields go on as they came and in their order, Sec-WebSocket-Key
/// and -Extensions included: the two peers negotiate with each other. Hop-by-hop fields are
/// replaced by our own `Upgrade` and `Connection`; X-Forwarded-For is extended by the client;
/// X-Forwarded-Proto, -Host and -Port, X-Request-Id and traceparent are set. What the client says
/// under these names with `_` for `-`, and in `Forwarded`, is dropped (docs/reference.md).
/// Input  a complete head that check_upgrade has accepted.
[[nodiscard]] std::string forward_head(RequestHead const& head, Hop const& hop, Trace const& trace);

}  // namespace holdfast::http
