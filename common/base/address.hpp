#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// Where to listen or what to dial, as flags name it. Nothing is resolved here.
struct Address {
    std::string host;        ///< An IP address without brackets, or a name.
    std::uint16_t port = 0;  ///< 0 asks the kernel for a free port; only listeners may.

    friend bool operator==(Address const&, Address const&) = default;
};

/// Reads `host:port` or `[v6]:port`; nothing for any other text. The host is 1 to 253 characters
/// of letters, digits, `.`, `-` and `_`, or an IPv6 address in brackets.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

/// What parse_address reads as `address`.
[[nodiscard]] std::string to_string(Address const& address);

enum class IpFamily : std::uint8_t { v4, v6 };

/// The family of an IP address in text (IPv6 without brackets or zone); nothing for other text.
[[nodiscard]] std::optional<IpFamily> ip_family(std::string_view text) noexcept;

/// Whether this answer to opening or binding an IPv6 socket means that the system has no IPv6.
[[nodiscard]] bool lacks_ipv6(boost::system::error_code error) noexcept;

}  // namespace holdfast
