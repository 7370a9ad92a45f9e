#pragma once

#include <string>
#include <string_view>

#include "common/base/address.hpp"

namespace holdfast::test {

/// Writes `request` to a TCP server as it is, and returns every byte until the server closes the
/// connection. Blocks; a server silent for ten seconds ends it, with what came so far.
[[nodiscard]] std::string raw_http(Address const& server, std::string_view request);

struct HttpReply {
    unsigned status = 0;  ///< 0: no answer came.
    std::string head;
    std::string body;
};

/// `METHOD target` over a connection of its own.
[[nodiscard]] HttpReply http_request(Address const& server, std::string_view method,
                                     std::string_view target);

}  // namespace holdfast::test
