#include "dataplane/routing/host_header.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "common/base/address.hpp"
#include "common/base/ascii.hpp"

namespace holdfast::routing {
namespace {

constexpr std::size_t kHostMax = 253;

[[nodiscard]] Error bad_host(std::string_view detail) {
    return {Reason::bad_host, {}, std::string(detail)};
}
[[nodiscard]] Result<std::string> name_of(std::string_view name);
[[nodiscard]] Result<std::string> ipv6_of(std::string_view inside);
/// `:port`, or `:` alone (RFC 3986 §3.2.3), or nothing.
[[nodiscard]] bool is_port_suffix(std::string_view text) noexcept;
[[nodiscard]] bool is_label(std::string_view text) noexcept;

}  // namespace

Result<std::string> host_of(std::string_view field) {
    bool const literal = field.starts_with('[');
    std::size_t const end = literal ? field.find(']') : std::min(field.find(':'), field.size());
    if (end == field.npos) return bad_host("Host has a bracket that is not closed");
    if (!is_port_suffix(field.substr(end + (literal ? 1 : 0)))) {
        return bad_host("port of Host is not a port");
    }
    return literal ? ipv6_of(field.substr(1, end - 1)) : name_of(field.substr(0, end));
}

namespace {

Result<std::string> name_of(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > kHostMax) return bad_host("Host is empty or too long");
    for (std::size_t begin = 0; begin <= name.size();) {
        std::size_t const end = std::min(name.find('.', begin), name.size());
        if (!is_label(name.substr(begin, end - begin))) return bad_host("Host is not a host name");
        begin = end + 1;
    }
    return to_lower(name);
}

Result<std::string> ipv6_of(std::string_view inside) {
    if (ip_family(inside) != IpFamily::v6) return bad_host("Host is not an IPv6 address");
    return to_lower(inside);
}

bool is_port_suffix(std::string_view text) noexcept {
    if (text.empty()) return true;
    std::string_view const digits = text.substr(1);
    if (text.front() != ':' || !std::ranges::all_of(digits, is_digit)) return false;
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return digits.empty() || error == std::errc{};
}

bool is_label(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '_';
    });
}

}  // namespace
}  // namespace holdfast::routing
