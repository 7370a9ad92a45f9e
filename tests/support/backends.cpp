#include "tests/support/backends.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "dataplane/http/upgrade.hpp"

namespace holdfast::test {
namespace {

int bound_socket(int flags, std::uint16_t& port) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    int const on = 1;
    // Whoever is given the port may bind it while this socket holds it without listening.
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr const*>(&address), length);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return fd;
}

}  // namespace

Backend::Backend(Script script) : script_(std::move(script)) {
    listening_ = bound_socket(0, port_);
    ::listen(listening_, SOMAXCONN);
    acceptor_ = std::thread([this] { accept_all(); });
}

Backend::~Backend() {
    ::shutdown(listening_, SHUT_RDWR);
    acceptor_.join();
    ::close(listening_);
    {
        std::lock_guard const lock(mutex_);
        for (int const fd : open_)
            ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_)
        thread.join();
}

void Backend::accept_all() {
    for (;;) {
        int const fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_;
        std::lock_guard const lock(mutex_);
        open_.push_back(fd);
        threads_.emplace_back([this, fd] { serve(fd); });
    }
}

void Backend::serve(int fd) {
    RawSocket socket(fd);
    script_(socket);
    // Forgotten before it is closed: its number may be somebody else's then.
    std::lock_guard const lock(mutex_);
    std::erase(open_, fd);
    socket.close();
}

std::string switching_answer(Head const& request, std::string_view fields) {
    auto const key = request.field("Sec-WebSocket-Key");
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           http::accept_for(key) + "\r\n" + std::string(fields) + "\r\n";
}

void echo(RawSocket& client) {
    auto const request = read_head(client);
    if (!client.send(switching_answer(request))) return;
    for (;;) {
        auto const frame = read_frame(client);
        if (frame.opcode == 0) return;
        if (!client.send(server_frame(frame.payload, frame.opcode))) return;
        if (frame.opcode == 8) return;
    }
}

ClosedPort::ClosedPort() : fd_(bound_socket(0, number_)) {}

ClosedPort::~ClosedPort() { ::close(fd_); }

SilentPort::SilentPort() : listening_(bound_socket(0, number_)) {
    ::listen(listening_, 0);
    for (int i = 0; i < 4; ++i) {
        int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(number_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address);
        queued_.push_back(fd);
    }
}

SilentPort::~SilentPort() {
    for (int const fd : queued_)
        ::close(fd);
    ::close(listening_);
}

}  // namespace holdfast::test
