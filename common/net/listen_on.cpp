#include "common/net/listen_on.hpp"

#include <boost/asio.hpp>

namespace asio = boost::asio;

namespace holdfast {

using Tcp = asio::ip::tcp;

namespace {

boost::system::error_code listen_at(Tcp::acceptor& acceptor, Tcp::endpoint const& endpoint) {
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (error) return error;
    acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (error) return error;
    if (endpoint.address().is_v6()) {
        acceptor.set_option(asio::ip::v6_only(false), error);
        if (error) return error;
    }
    acceptor.bind(endpoint, error);
    if (error) return error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

}  // namespace

boost::system::error_code listen_on(Tcp::acceptor& acceptor, Address const& address) {
    boost::system::error_code error;
    auto const ip = asio::ip::make_address(address.host, error);
    if (error) return error;
    error = listen_at(acceptor, {ip, address.port});
    if (!lacks_ipv6(error) || ip != asio::ip::address_v6::any()) return error;
    boost::system::error_code ignored;  // It may not have opened.
    acceptor.close(ignored);
    return listen_at(acceptor, {asio::ip::address_v4::any(), address.port});
}

}  // namespace holdfast
