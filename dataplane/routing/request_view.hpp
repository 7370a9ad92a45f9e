#pragma once

#include <span>
#include <string_view>

#include "dataplane/http/field.hpp"

namespace holdfast::routing {

/// What a handshake is matched by. Views into the request head.
struct RequestView {
    using Header = http::Field;

    std::string_view host;   ///< As host_of gives it.
    std::string_view path;   ///< As received, up to `?`.
    std::string_view query;  ///< Without `?`.
    std::span<Header const> headers;
    std::span<std::string_view const> subprotocols;  ///< Offered, in order.
};

}  // namespace holdfast::routing
