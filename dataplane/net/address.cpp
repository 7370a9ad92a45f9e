#include "dataplane/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace holdfast::net {
namespace {

sockaddr_in const& as_v4(SocketAddress const& address) noexcept {
    return reinterpret_cast<sockaddr_in const&>(address.storage);
}

sockaddr_in6 const& as_v6(SocketAddress const& address) noexcept {
    return reinterpret_cast<sockaddr_in6 const&>(address.storage);
}

bool is_v4_mapped(SocketAddress const& address) noexcept {
    return address.family() == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&as_v6(address).sin6_addr);
}

std::string print(int family, void const* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(family, bytes, text.data(), text.size()) == nullptr) return {};
    return text.data();
}

}  // namespace

std::optional<SocketAddress> parse_address(std::string_view address, std::uint16_t port) {
    std::string const text(address);
    SocketAddress parsed;
    auto& v4 = reinterpret_cast<sockaddr_in&>(parsed.storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(parsed.storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        parsed.length = sizeof v4;
        return parsed;
    }
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        parsed.length = sizeof v6;
        return parsed;
    }
    return std::nullopt;
}

std::string host_of(SocketAddress const& address) {
    if (address.family() == AF_INET) return print(AF_INET, &as_v4(address).sin_addr);
    if (is_v4_mapped(address)) return print(AF_INET, &as_v6(address).sin6_addr.s6_addr[12]);
    if (address.family() == AF_INET6) return print(AF_INET6, &as_v6(address).sin6_addr);
    return {};
}

std::uint16_t port_of(SocketAddress const& address) noexcept {
    if (address.family() == AF_INET) return ntohs(as_v4(address).sin_port);
    if (address.family() == AF_INET6) return ntohs(as_v6(address).sin6_port);
    return 0;
}

std::string to_string(SocketAddress const& address) {
    if (address.length == 0) return {};
    return to_string(host_of(address), port_of(address));
}

std::string to_string(std::string_view address, std::uint16_t port) {
    bool const v6 = address.find(':') != std::string_view::npos;
    std::string text;
    if (v6) text += '[';
    text += address;
    if (v6) text += ']';
    text += ':';
    text += std::to_string(port);
    return text;
}

SocketAddress peer_address(int fd) noexcept {
    SocketAddress address;
    socklen_t length = sizeof address.storage;
    if (::getpeername(fd, address.get(), &length) == 0) address.length = length;
    return address;
}

SocketAddress local_address(int fd) noexcept {
    SocketAddress address;
    socklen_t length = sizeof address.storage;
    if (::getsockname(fd, address.get(), &length) == 0) address.length = length;
    return address;
}

}  // namespace holdfast::net
