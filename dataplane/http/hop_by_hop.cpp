#include "dataplane/http/hop_by_hop.hpp"

#include <algorithm>
#include <array>

#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

constexpr std::array<std::string_view, 9> kHopByHop{"Connection",
                                                    "Keep-Alive",
                                                    "Proxy-Connection",
                                                    "Proxy-Authenticate",
                                                    "Proxy-Authorization",
                                                    "TE",
                                                    "Trailer",
                                                    "Transfer-Encoding",
                                                    "Upgrade"};

}  // namespace

bool is_hop_by_hop(std::string_view name, Fields fields) noexcept {
    auto const same = [name](std::string_view other) { return equal_fold(name, other); };
    if (std::ranges::any_of(kHopByHop, same)) return true;
    bool const of_handshake = equal_fold(name, "Host") || starts_with_fold(name, "Sec-WebSocket-");
    return !of_handshake && has_token(fields, "Connection", name);
}

}  // namespace holdfast::http
