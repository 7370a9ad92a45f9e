#include "tests/support/raw_http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>

namespace holdfast::test {
namespace {

int connect_to(Address const& server) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    inet_pton(AF_INET, server.host.c_str(), &address.sin_addr);
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval const patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

}  // namespace

std::string raw_http(Address const& server, std::string_view request) {
    std::string reply;
    int const fd = connect_to(server);
    if (fd < 0) {
        return reply;
    }
    while (!request.empty()) {
        ssize_t const sent = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        request.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::array<char, 16 * 1024> buffer{};
    for (;;) {
        ssize_t const got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        reply.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(fd);
    return reply;
}

HttpReply http_request(Address const& server, std::string_view method, std::string_view target) {
    std::string const reply =
        raw_http(server, std::string(method) + " " + std::string(target) +
                             " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    std::size_t const end = reply.find("\r\n\r\n");
    if (end == std::string::npos || !reply.starts_with("HTTP/1.1 ")) {
        return {};
    }
    HttpReply parsed{.status = 0, .head = reply.substr(0, end), .body = reply.substr(end + 4)};
    std::string_view const code = std::string_view(reply).substr(std::strlen("HTTP/1.1 "), 3);
    std::from_chars(code.data(), code.data() + code.size(), parsed.status);
    return parsed;
}

}  // namespace holdfast::test
