#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net {

/// An IPv4 or IPv6 address with a port, as the socket calls take it.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    [[nodiscard]] int family() const noexcept { return storage.ss_family; }
    [[nodiscard]] sockaddr const* get() const noexcept {
        return reinterpret_cast<sockaddr const*>(&storage);
    }
    [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

/// `address` is a literal without brackets; nothing for a name or nonsense. Resolves nothing.
[[nodiscard]] std::optional<SocketAddress> parse_address(std::string_view address,
                                                         std::uint16_t port);

/// `10.1.2.3:80` or `[2001:db8::1]:80`. An IPv4 client of a dual-stack socket is shown as IPv4.
[[nodiscard]] std::string to_string(SocketAddress const& address);
[[nodiscard]] std::string to_string(std::string_view address, std::uint16_t port);
/// As to_string, without port and brackets.
[[nodiscard]] std::string host_of(SocketAddress const& address);
[[nodiscard]] std::uint16_t port_of(SocketAddress const& address) noexcept;

/// The two ends of a connected socket; a length of 0 when the connection is gone already.
[[nodiscard]] SocketAddress peer_address(int fd) noexcept;
[[nodiscard]] SocketAddress local_address(int fd) noexcept;

}  // namespace holdfast::net
