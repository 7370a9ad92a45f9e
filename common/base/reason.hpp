#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast {

/// Why a handshake was refused or a session ended.
///
/// One enum is the access log's `reason` field, the `reason` label of the metrics and the row in
/// docs/refusals.md or docs/closing.md: the enumerator's name is the value in all of them
/// (tests/unit/base/reason_test.cpp, reason_doc_test.cpp). Keep names stable; they are an
/// interface.
enum class Reason : std::uint8_t {
    // Refused before 101: the client gets an HTTP status.
    bad_request,        ///< Request head is not HTTP/1.1, or lacks what RFC 6455 §4.2.1 asks. 400.
    bad_host,           ///< Host missing, twice, or not a host name. 400.
    origin_denied,      ///< Origin is not among the rule's allowedOrigins. 403.
    no_route,           ///< No rule matches host, path, headers, query, subprotocols. 404.
    handshake_timeout,  ///< The client's request head took too long. 408.
    misdirected,        ///< TLS server name and Host belong to different listeners. 421.
    upgrade_required,   ///< Plain HTTP on a rule that proxies WebSockets only. 426.
    unsupported_version,    ///< Sec-WebSocket-Version is not 13. 426 with the version we speak.
    head_too_large,         ///< Request head above limits::request_head_bytes_max. 431.
    invalid_backend,        ///< The chosen backendRef is invalid (missing, not permitted). 500.
    upstream_refused,       ///< Every endpoint tried refused or reset before it answered. 502.
    upstream_bad_response,  ///< The backend answered garbage, or a 101 that is not one. 502.
    no_endpoint,            ///< The backend has no ready or serving endpoint. 503.
    draining,               ///< This data plane is going away; another one will answer. 503.
    overloaded,             ///< Out of descriptors or above the session cap. 503.
    upstream_timeout,       ///< Connecting or the backend's handshake took too long. 504.
    upstream_rejected,      ///< The backend's own answer was not 101; it is passed on as it is.

    // Ended before an answer could be given.
    client_gone,  ///< The client left during the handshake.
    tls_failed,   ///< The TLS handshake with the client failed.

    // Ended after 101: rows of docs/closing.md.
    client_close,     ///< The client began the closing handshake.
    backend_close,    ///< The backend began the closing handshake.
    client_eof,       ///< The client's FIN came without a Close frame.
    client_lost,      ///< The client's connection was reset, timed out, or ended without TLS close.
    backend_lost,     ///< The backend ended without a Close frame; the client was told so. 1011.
    lost_mid_frame,   ///< As backend_lost, but inside a long frame: no Close could be sent.
    client_protocol,  ///< The client broke framing. 1002.
    backend_protocol,  ///< The backend broke framing. 1011 to the client, 1002 to the backend.
    drain,             ///< The data plane is drained. 1012.
    route_changed,     ///< The session's rule changed and says onRouteChange: Drain or Close. 1012.
    route_deleted,     ///< The session's rule, route or listener is gone. 1012.
    idle,              ///< No data frame either way for timeouts.idle. 1001.
    session_age,       ///< The session reached timeouts.session. 1012.
    internal_error,    ///< A bug: counted, logged, and worth a report. 1011.
};

/// Whose doing it is that a session ended, or that a handshake was answered with something else
/// than 101.
enum class Side : std::uint8_t { client, backend, gateway };

[[nodiscard]] constexpr std::string_view to_string(Side side) noexcept {
    constexpr std::array<std::string_view, 3> names{"client", "backend", "gateway"};
    return names[static_cast<std::size_t>(side)];
}

/// What goes with a reason, one row each. `http_status` is 0 after 101; `close_code` is 0 where
/// the gateway sends no Close frame of its own to the client.
struct ReasonInfo {
    Reason reason;
    std::string_view name;
    Side side;
    std::uint16_t http_status;
    std::uint16_t close_code;
    std::string_view text;  ///< Close reason (at most 123 bytes, RFC 6455 §5.5) or HTTP body.
};

inline constexpr std::array kReasons{
    ReasonInfo{Reason::bad_request, "bad_request", Side::gateway, 400, 0,
               "not a WebSocket handshake"},
    ReasonInfo{Reason::bad_host, "bad_host", Side::gateway, 400, 0,
               "Host header missing or malformed"},
    ReasonInfo{Reason::origin_denied, "origin_denied", Side::gateway, 403, 0, "origin not allowed"},
    ReasonInfo{Reason::no_route, "no_route", Side::gateway, 404, 0, "no route"},
    ReasonInfo{Reason::handshake_timeout, "handshake_timeout", Side::gateway, 408, 0,
               "request head too slow"},
    ReasonInfo{Reason::misdirected, "misdirected", Side::gateway, 421, 0,
               "host of another listener"},
    ReasonInfo{Reason::upgrade_required, "upgrade_required", Side::gateway, 426, 0,
               "WebSocket upgrade required"},
    ReasonInfo{Reason::unsupported_version, "unsupported_version", Side::gateway, 426, 0,
               "WebSocket version 13 required"},
    ReasonInfo{Reason::head_too_large, "head_too_large", Side::gateway, 431, 0,
               "request head too large"},
    ReasonInfo{Reason::invalid_backend, "invalid_backend", Side::gateway, 500, 0,
               "invalid backend reference"},
    ReasonInfo{Reason::upstream_refused, "upstream_refused", Side::gateway, 502, 0,
               "backend unreachable"},
    ReasonInfo{Reason::upstream_bad_response, "upstream_bad_response", Side::gateway, 502, 0,
               "bad answer from the backend"},
    ReasonInfo{Reason::no_endpoint, "no_endpoint", Side::gateway, 503, 0, "no ready endpoint"},
    ReasonInfo{Reason::draining, "draining", Side::gateway, 503, 0, "draining"},
    ReasonInfo{Reason::overloaded, "overloaded", Side::gateway, 503, 0, "overloaded"},
    ReasonInfo{Reason::upstream_timeout, "upstream_timeout", Side::gateway, 504, 0,
               "backend too slow"},
    ReasonInfo{Reason::upstream_rejected, "upstream_rejected", Side::backend, 0, 0, ""},
    ReasonInfo{Reason::client_gone, "client_gone", Side::client, 0, 0, ""},
    ReasonInfo{Reason::tls_failed, "tls_failed", Side::client, 0, 0, ""},
    ReasonInfo{Reason::client_close, "client_close", Side::client, 0, 0, ""},
    ReasonInfo{Reason::backend_close, "backend_close", Side::backend, 0, 0, ""},
    ReasonInfo{Reason::client_eof, "client_eof", Side::client, 0, 0, ""},
    ReasonInfo{Reason::client_lost, "client_lost", Side::client, 0, 0, ""},
    ReasonInfo{Reason::backend_lost, "backend_lost", Side::backend, 0, 1011, "backend lost"},
    ReasonInfo{Reason::lost_mid_frame, "lost_mid_frame", Side::backend, 0, 0, ""},
    ReasonInfo{Reason::client_protocol, "client_protocol", Side::gateway, 0, 1002,
               "protocol error"},
    ReasonInfo{Reason::backend_protocol, "backend_protocol", Side::gateway, 0, 1011,
               "backend protocol error"},
    ReasonInfo{Reason::drain, "drain", Side::gateway, 0, 1012, "service restart"},
    ReasonInfo{Reason::route_changed, "route_changed", Side::gateway, 0, 1012, "route changed"},
    ReasonInfo{Reason::route_deleted, "route_deleted", Side::gateway, 0, 1012, "route deleted"},
    ReasonInfo{Reason::idle, "idle", Side::gateway, 0, 1001, "idle"},
    ReasonInfo{Reason::session_age, "session_age", Side::gateway, 0, 1012, "session too old"},
    ReasonInfo{Reason::internal_error, "internal_error", Side::gateway, 500, 1011,
               "internal error"},
};

[[nodiscard]] constexpr ReasonInfo const& info(Reason reason) noexcept {
    return kReasons[static_cast<std::size_t>(reason)];
}
[[nodiscard]] constexpr std::string_view to_string(Reason reason) noexcept {
    return info(reason).name;
}

}  // namespace holdfast
