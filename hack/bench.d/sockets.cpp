#include "hack/bench.d/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace holdfast::bench {
namespace {

sockaddr_in to_sockaddr(Endpoint const& endpoint);
void set_nodelay(int fd);

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Fd::~Fd() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

int Fd::release() noexcept { return std::exchange(fd_, -1); }

Fd listen_and_say() {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address = to_sockaddr({"127.0.0.1", 0});
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd.get(), generic, length) != 0 || ::listen(fd.get(), 4096) != 0 ||
        ::getsockname(fd.get(), generic, &length) != 0) {
        fail("listen");
    }
    std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
    return fd;
}

Fd accept_from(Fd const& listener) {
    Fd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd.get() >= 0) {
        set_nodelay(fd.get());
    } else if (errno != EAGAIN && errno != ECONNABORTED) {
        fail("accept");
    }
    return fd;
}

Fd connect_to(Endpoint const& endpoint) {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = to_sockaddr(endpoint);
    if (fd.get() < 0 ||
        ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    set_nodelay(fd.get());
    return fd;
}

void set_nonblocking(int fd) {
    if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) {
        fail("fcntl");
    }
}

Endpoint parse_endpoint(std::string const& text) {
    auto const colon = text.rfind(':');
    if (colon == std::string::npos) {
        throw std::invalid_argument("ADDRESS:PORT expected, not '" + text + "'");
    }
    return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

void fail(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

namespace {

sockaddr_in to_sockaddr(Endpoint const& endpoint) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    if (::inet_pton(AF_INET, endpoint.address.c_str(), &address.sin_addr) != 1) {
        throw std::invalid_argument("not an IPv4 address: " + endpoint.address);
    }
    return address;
}

void set_nodelay(int fd) {
    int const on = 1;
    if (::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        fail("setsockopt");
    }
}

}  // namespace
}  // namespace holdfast::bench
