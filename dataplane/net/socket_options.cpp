#include "dataplane/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace holdfast::net {
namespace {

template <class Duration>
int count(Duration duration) noexcept {
    return static_cast<int>(duration.count());
}

// A kernel that does not know an option still carries the connection, so a failure is no error.
void set(int fd, int level, int option, int value) noexcept {
    ::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

void set_connection_options(int fd) noexcept {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, count(std::chrono::seconds(keepalive_idle)));
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, count(std::chrono::seconds(keepalive_interval)));
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, count(std::chrono::milliseconds(user_timeout)));
}

}  // namespace holdfast::net
