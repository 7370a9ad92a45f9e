#pragma once

#include <string>
#include <string_view>

#include "common/base/error.hpp"

/// The two errors that this folder's parsers find. `detail` is free of the peer's bytes.
namespace holdfast::http {

[[nodiscard]] inline Error bad_request(std::string_view detail) {
    return {Reason::bad_request, {}, std::string(detail)};
}
[[nodiscard]] inline Error bad_response(std::string_view detail) {
    return {Reason::upstream_bad_response, {}, std::string(detail)};
}

}  // namespace holdfast::http
