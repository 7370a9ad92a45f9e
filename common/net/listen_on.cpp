#include "common/net/listen_on.hpp"

#include <boost/asio.hpp>

namespace asio = boost::asio;

namespace holdfast {

using Tcp = asio::ip::tcp;

boost::system::error_code listen_on(Tcp::acceptor& acceptor, Address const& address) {
    boost::system::error_code error;
    auto const ip = asio::ip::make_address(address.host, error);
    if (error) return error;
    Tcp::endpoint const endpoint(ip, address.port);
    acceptor.open(endpoint.protocol(), error);
    if (error) return error;
    acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (error) return error;
    if (ip.is_v6()) {
        acceptor.set_option(asio::ip::v6_only(false), error);
        if (error) return error;
    }
    acceptor.bind(endpoint, error);
    if (error) return error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

}  // namespace holdfast
