#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include <string>

namespace holdfast::controller {

/// Opens, binds and listens on a socket file of mode 0600; a stale file, which nobody serves any
/// more, is replaced. The file's mode is the permission to connect.
/// Errors  a path that is too long, a file that is served or is no socket, what the system says.
/// Threads  one: the process's umask is another one for a moment.
[[nodiscard]] boost::system::error_code listen_on_unix(
    boost::asio::local::stream_protocol::acceptor& acceptor, std::string const& path);

}  // namespace holdfast::controller
