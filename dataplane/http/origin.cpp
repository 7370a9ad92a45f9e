#include "dataplane/http/origin.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

struct Origin {
    std::string_view scheme;
    std::string_view host;
    std::uint16_t port = 0;
};

/// Reads `scheme://host[:port]` (RFC 6454 §6.2); nothing for other texts, `null` among them.
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text) noexcept;
[[nodiscard]] std::uint16_t default_port(std::string_view scheme) noexcept;
[[nodiscard]] bool same_origin(std::string_view a, std::string_view b) noexcept;

}  // namespace

bool origin_allowed(std::span<std::string const> allowed,
                    std::optional<std::string_view> origin) noexcept {
    if (allowed.empty() || !origin) return true;
    return std::ranges::any_of(
        allowed, [origin](std::string const& entry) { return same_origin(entry, *origin); });
}

namespace {

bool same_origin(std::string_view a, std::string_view b) noexcept {
    auto const left = parse_origin(a);
    auto const right = parse_origin(b);
    if (!left || !right) return a == b;
    return equal_fold(left->scheme, right->scheme) && equal_fold(left->host, right->host) &&
           left->port == right->port;
}

std::optional<Origin> parse_origin(std::string_view text) noexcept {
    std::size_t const mark = text.find("://");
    if (mark == text.npos) return std::nullopt;
    Origin origin{.scheme = text.substr(0, mark), .host = text.substr(mark + 3)};
    origin.port = default_port(origin.scheme);
    std::size_t const colon = origin.host.rfind(':');
    bool const inside_brackets = origin.host.ends_with(']');
    if (colon == origin.host.npos || inside_brackets) return origin;
    std::string_view const digits = origin.host.substr(colon + 1);
    auto const [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), origin.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    origin.host = origin.host.substr(0, colon);
    return origin;
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (equal_fold(scheme, "http") || equal_fold(scheme, "ws")) return 80;
    if (equal_fold(scheme, "https") || equal_fold(scheme, "wss")) return 443;
    return 0;
}

}  // namespace
}  // namespace holdfast::http
