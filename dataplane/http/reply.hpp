#pragma once

#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "dataplane/http/response_head.hpp"

namespace holdfast::http {

/// The 101 for the client: the backend's fields without the hop-by-hop ones, and X-Request-Id.
/// Input  a head that check_accepted has accepted.
[[nodiscard]] std::string switching_reply(ResponseHead const& backend, std::string_view request_id);

/// A whole answer of our own: the status of `error.reason`, and a body `reason: text`. The text is
/// the error's detail for what the client did wrong (4xx), else the reason's: what is said about
/// backends is for the access log only. The connection is to be closed behind it.
/// Input  a reason with an HTTP status.
[[nodiscard]] std::string refusal(Error const& error, std::string_view request_id);

/// The backend's own answer, as it is passed on: status, end-to-end fields, and what BodyReader has
/// read of the body. The connection is to be closed behind it.
[[nodiscard]] std::string passed_reply(ResponseHead const& backend, std::string_view body,
                                       std::string_view request_id);

}  // namespace holdfast::http
