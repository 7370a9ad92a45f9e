#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "common/base/address.hpp"

namespace holdfast {

/// Opens, binds and listens; `::` takes IPv4 as well, and IPv4 alone where the system has
/// no IPv6.
/// Errors  a host that is not an IP address, and what the system says.
[[nodiscard]] boost::system::error_code listen_on(boost::asio::ip::tcp::acceptor& acceptor,
                                                  Address const& address);

}  // namespace holdfast
