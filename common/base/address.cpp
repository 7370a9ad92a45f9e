#include "common/base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/ascii.hpp"

namespace holdfast {
namespace {

constexpr std::size_t kHostLengthMax = 253;

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept;
bool is_name(std::string_view text) noexcept;

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    std::size_t const colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto const port = parse_port(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    bool const bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    // A bare IPv6 address is refused: its last group cannot be told from a port.
    bool const host_good = bracketed ? ip_family(host) == IpFamily::v6 : is_name(host);
    if (!port || !host_good) {
        return std::nullopt;
    }
    return Address{std::string(host), *port};
}

std::string to_string(Address const& address) {
    bool const v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::optional<IpFamily> ip_family(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::ranges::copy(text, terminated.begin());
    std::array<unsigned char, sizeof(in6_addr)> binary{};
    if (inet_pton(AF_INET, terminated.data(), binary.data()) == 1) {
        return IpFamily::v4;
    }
    if (inet_pton(AF_INET6, terminated.data(), binary.data()) == 1) {
        return IpFamily::v6;
    }
    return std::nullopt;
}

bool lacks_ipv6(boost::system::error_code error) noexcept {
    return error == boost::system::errc::address_family_not_supported ||
           error == boost::system::errc::address_not_available;
}

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return port;
}

bool is_name(std::string_view text) noexcept {
    auto const allowed = [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kHostLengthMax && std::ranges::all_of(text, allowed);
}

}  // namespace
}  // namespace holdfast
