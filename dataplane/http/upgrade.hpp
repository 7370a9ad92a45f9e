#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "dataplane/http/request_head.hpp"
#include "dataplane/http/response_head.hpp"

namespace holdfast::http {

/// A client's opening handshake. Views into its head.
struct Upgrade {
    std::string_view key;                        ///< Sec-WebSocket-Key: 16 bytes in base64.
    std::vector<std::string_view> subprotocols;  ///< Offered, in order, no two the same.
    std::vector<std::string_view> extensions;    ///< Names of those offered, without parameters.
    std::optional<std::string_view> origin;
};

/// What a backend chose. Views into its head.
struct Accepted {
    std::string_view subprotocol;  ///< Empty: none.
};

/// RFC 6455 §4.2.1: is this complete head an opening handshake?
///
/// Match the route first (with no subprotocols when this fails), so that an unknown path is 404
/// whatever was asked of it.
/// Errors `upgrade_required` when no upgrade to WebSocket is asked for; `unsupported_version` for
///        another version than 13; `bad_request` for everything else that is wrong.
[[nodiscard]] Result<Upgrade> check_upgrade(RequestHead const& head);

/// RFC 6455 §4.1, the client's side: is this complete 101 the answer to that handshake? The
/// client's own key went to the backend, so Sec-WebSocket-Accept is passed on as it is.
/// Errors `upstream_bad_response`.
[[nodiscard]] Result<Accepted> check_accepted(ResponseHead const& head, Upgrade const& asked);

/// Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2 item 5.4).
[[nodiscard]] std::string accept_for(std::string_view key);

}  // namespace holdfast::http
