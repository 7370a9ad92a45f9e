#include "dataplane/listen/listening_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "common/base/address.hpp"
#include "dataplane/net/address.hpp"
#include "dataplane/net/socket_options.hpp"

namespace holdfast::listen {
namespace {

using Opened = boost::system::result<net::Descriptor>;

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

Opened open_at(net::SocketAddress const& address) {
    net::Descriptor socket(
        ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) return last_error();
    int const on = 1;
    int const off = 0;
    // A restarted process must get its port although connections of the old one linger.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family() == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    net::set_connection_options(socket.get());
    if (::bind(socket.get(), address.get(), address.length) != 0) return last_error();
    if (::listen(socket.get(), SOMAXCONN) != 0) return last_error();
    return socket;
}

}  // namespace

boost::system::result<net::Descriptor> open_listening_socket(std::string const& address,
                                                             std::uint16_t port) {
    auto const parsed = net::parse_address(address, port);
    if (!parsed) return boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
    auto opened = open_at(*parsed);
    if (opened.has_error() && address == "::" && lacks_ipv6(opened.error())) {
        return open_at(*net::parse_address("0.0.0.0", port));
    }
    return opened;
}

}  // namespace holdfast::listen
