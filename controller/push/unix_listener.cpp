#include "controller/push/unix_listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio.hpp>

#include <cerrno>

namespace asio = boost::asio;

namespace holdfast::controller {
namespace {

using Local = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

ErrorCode remove_stale(std::string const& path);

}  // namespace

ErrorCode listen_on_unix(Local::acceptor& acceptor, std::string const& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return asio::error::name_too_long;
    }
    ErrorCode error = remove_stale(path);
    if (error) return error;
    Local::endpoint const endpoint(path);
    acceptor.open(endpoint.protocol(), error);
    if (error) return error;
    // By the mask and not by a chmod afterwards: there is no moment at which others may connect.
    mode_t const mask = ::umask(0177);
    acceptor.bind(endpoint, error);
    ::umask(mask);
    if (error) return error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

namespace {

/// Removes a socket file that nobody serves any more; any other file is left to fail the bind.
ErrorCode remove_stale(std::string const& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return {};
    }
    // Whoever serves it may have no room for one more at the moment: nothing here waits for that.
    asio::io_context none;
    Local::socket probe(none, Local());
    probe.native_non_blocking(true);
    Local::endpoint const endpoint(path);
    bool const served = ::connect(probe.native_handle(), endpoint.data(),
                                  static_cast<socklen_t>(endpoint.size())) == 0 ||
                        errno != ECONNREFUSED;
    if (served) {
        return asio::error::address_in_use;
    }
    ::unlink(path.c_str());
    return {};
}

}  // namespace
}  // namespace holdfast::controller
