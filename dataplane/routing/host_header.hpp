#pragma once

#include <string>
#include <string_view>

#include "common/base/error.hpp"

namespace holdfast::routing {

/// The host to match by, from a Host field: lower case, without port and trailing dot, an IPv6
/// address without brackets. Gateway API has the port ignored.
///
/// Input   the field's value. Errors  `bad_host` for anything but a host name (labels of letters,
///         digits, `-` and `_`, at most 253 characters) or an IP address, with or without port.
[[nodiscard]] Result<std::string> host_of(std::string_view field);

}  // namespace holdfast::routing
