#include "hack/bench.d/pool.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "hack/bench.d/frames.hpp"

namespace holdfast::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(10);

Fd upgraded(Endpoint const& endpoint);
std::string read_head(int fd);
void send_all(int fd, std::string const& bytes);
void read_exactly(int fd, std::size_t count);
double seconds_since(Clock::time_point start);

}  // namespace

Pool::Pool(Endpoint const& endpoint, std::size_t count)
    : epoll_(::epoll_create1(0)), buffer_(256 * 1024, '\0') {
    connections_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        connections_.push_back({.fd = upgraded(endpoint)});
        set_nonblocking(connections_.back().fd.get());
    }
    for (Connection& connection : connections_) {
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = &connection}};
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.fd.get(), &event) != 0) {
            fail("epoll_ctl");
        }
    }
}

Pool::Result Pool::ping_pong(std::size_t payload_bytes, std::size_t active,
                             std::chrono::milliseconds time) {
    begin(payload_bytes);
    auto const start = Clock::now();
    auto under_way = std::min(active, connections_.size());
    Result result;
    for (std::size_t i = 0; i < under_way; ++i) {
        start_message(connections_[i]);
    }
    std::vector<epoll_event> events(256);
    while (under_way > 0) {
        bool const more = Clock::now() - start < time;
        int const count = wait(events);
        for (int i = 0; i < count; ++i) {
            auto& connection =
                *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            send_more(connection);
            if (connection.missing_bytes == 0 || !receive(connection)) {
                continue;
            }
            ++result.round_trips;
            if (more) {
                start_message(connection);
            } else {
                --under_way;
            }
        }
    }
    result.seconds = seconds_since(start);
    return result;
}

Pool::Result Pool::once(std::size_t payload_bytes) {
    return ping_pong(payload_bytes, connections_.size(), std::chrono::milliseconds(0));
}

void Pool::begin(std::size_t payload_bytes) {
    message_ = client_frame(Opcode::binary, payload_bytes);
    payload_bytes_ = payload_bytes;
    echo_bytes_ = encode_head(Opcode::binary, payload_bytes, Mask::no).size() + payload_bytes;
}

void Pool::start_message(Connection& connection) {
    connection.unsent_bytes = message_.size();
    connection.missing_bytes = echo_bytes_;
    send_more(connection);
}

void Pool::send_more(Connection& connection) {
    if (connection.unsent_bytes == 0) {
        return;
    }
    char const* const from = message_.data() + (message_.size() - connection.unsent_bytes);
    ssize_t const sent = ::send(connection.fd.get(), from, connection.unsent_bytes, MSG_NOSIGNAL);
    if (sent > 0) {
        connection.unsent_bytes -= static_cast<std::size_t>(sent);
    } else if (errno != EAGAIN) {
        fail("send");
    }
}

bool Pool::receive(Connection& connection) {
    while (connection.missing_bytes > 0) {
        ssize_t const count = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), 0);
        if (count < 0 && errno == EAGAIN) {
            return false;
        }
        if (count <= 0) {
            throw std::runtime_error("a contender ended a session");
        }
        auto const size = static_cast<std::size_t>(count);
        if (connection.missing_bytes == echo_bytes_) {
            check_head(buffer_.data(), size);
        }
        if (size > connection.missing_bytes) {
            throw std::runtime_error("more bytes than one echo");
        }
        connection.missing_bytes -= size;
    }
    return true;
}

void Pool::check_head(char const* bytes, std::size_t count) const {
    auto const head = parse_head({bytes, count});
    if (head && (head->opcode != Opcode::binary || head->payload_bytes != payload_bytes_)) {
        throw std::runtime_error("the echo is another frame than was sent");
    }
}

int Pool::wait(std::vector<epoll_event>& events) {
    constexpr auto patience =
        static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kPatience).count());
    int const count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience);
    if (count == 0) {
        throw std::runtime_error("an echo did not come");
    }
    return count;
}

void run_session(Endpoint const& endpoint) {
    Fd const fd = upgraded(endpoint);
    send_all(fd.get(), client_frame(Opcode::binary, 64));
    read_exactly(fd.get(), 2 + 64);
    send_all(fd.get(), client_frame(Opcode::close, 2));
    read_exactly(fd.get(), 2 + 2);
    char byte = 0;
    if (::recv(fd.get(), &byte, 1, 0) != 0) {
        throw std::runtime_error("bytes after the Close frame");
    }
}

namespace {

Fd upgraded(Endpoint const& endpoint) {
    Fd fd = connect_to(endpoint);
    timeval const patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
        fail("setsockopt");
    }
    send_all(fd.get(), upgrade_request(endpoint.address + ':' + std::to_string(endpoint.port)));
    std::string const head = read_head(fd.get());
    if (!head.starts_with("HTTP/1.1 101 ")) {
        throw std::runtime_error("refused: " + head.substr(0, head.find('\r')));
    }
    return fd;
}

std::string read_head(int fd) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        char bytes[4096];
        ssize_t const count = ::recv(fd, bytes, sizeof bytes, 0);
        if (count <= 0) {
            throw std::runtime_error("no answer to the handshake after '" + head + "'");
        }
        head.append(bytes, static_cast<std::size_t>(count));
    }
    return head;
}

void send_all(int fd, std::string const& bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size())) {
        fail("send");
    }
}

void read_exactly(int fd, std::size_t count) {
    std::string bytes(count, '\0');
    if (::recv(fd, bytes.data(), count, MSG_WAITALL) != static_cast<ssize_t>(count)) {
        throw std::runtime_error("a session ended early");
    }
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace
}  // namespace holdfast::bench
