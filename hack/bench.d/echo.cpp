// The backend of the bench: answers a WebSocket handshake, then returns every frame unmasked.
//     bench_echo          prints its port

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hack/bench.d/frames.hpp"
#include "hack/bench.d/sockets.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

struct Connection {
    Fd fd;
    std::string partial;  ///< Of a frame or a request head.
    std::string unsent;
    bool upgraded = false;
    bool closing = false;
};

class Echo {
public:
    Echo();
    [[noreturn]] void run();

private:
    void accept_all();
    void handle(Connection& connection, std::uint32_t events);
    [[nodiscard]] bool read(Connection& connection);
    /// Answers what is whole; returns how much that was.
    [[nodiscard]] std::size_t answer(Connection& connection, std::span<char> bytes);
    [[nodiscard]] std::size_t upgrade(Connection& connection, std::span<char> bytes);
    void send(Connection& connection, std::string_view bytes);
    void watch(Connection& connection, int operation, std::uint32_t events);

    Fd listener_;
    Fd epoll_;
    std::array<char, kBufferBytes> buffer_{};
};

Echo::Echo() : listener_(listen_and_say()), epoll_(::epoll_create1(0)) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) != 0) {
        fail("epoll_ctl");
    }
}

void Echo::run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
        int const count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            auto const& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr == nullptr) {
                accept_all();
            } else {
                handle(*static_cast<Connection*>(event.data.ptr), event.events);
            }
        }
    }
}

void Echo::accept_all() {
    for (Fd fd = accept_from(listener_); fd.get() >= 0; fd = accept_from(listener_)) {
        auto connection = std::make_unique<Connection>();
        connection->fd = std::move(fd);
        watch(*connection, EPOLL_CTL_ADD, EPOLLIN);
        (void)connection.release();  // Lives until handle() sees its end.
    }
}

void Echo::handle(Connection& connection, std::uint32_t events) {
    bool alive = true;
    if ((events & EPOLLOUT) != 0) {
        send(connection, {});
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        alive = read(connection);
    }
    if (!alive || (connection.closing && connection.unsent.empty())) {
        std::unique_ptr<Connection> const ended(&connection);
    }
}

bool Echo::read(Connection& connection) {
    ssize_t const count = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (count <= 0) {
        return count < 0 && errno == EAGAIN;
    }
    std::span<char> const fresh(buffer_.data(), static_cast<std::size_t>(count));
    if (connection.partial.empty()) {
        auto const done = answer(connection, fresh);
        connection.partial.assign(fresh.begin() + static_cast<std::ptrdiff_t>(done), fresh.end());
        return true;
    }
    connection.partial.append(fresh.data(), fresh.size());
    connection.partial.erase(0, answer(connection, connection.partial));
    return true;
}

std::size_t Echo::answer(Connection& connection, std::span<char> bytes) {
    if (!connection.upgraded) {
        return upgrade(connection, bytes);
    }
    std::size_t done = 0;
    while (auto const head = parse_head(bytes.subspan(done))) {
        std::size_t const size = head->head_bytes + head->payload_bytes;
        if (bytes.size() - done < size) {
            break;
        }
        char* const frame = bytes.data() + done;
        if (head->mask == Mask::yes) {
            unmask(*head, frame);
        }
        // The answer's head ends where the payload begins, so that both leave in one send.
        std::string const out = encode_head(head->opcode, head->payload_bytes, Mask::no);
        char* const start = frame + head->head_bytes - out.size();
        out.copy(start, out.size());
        send(connection, {start, out.size() + head->payload_bytes});
        connection.closing |= head->opcode == Opcode::close;
        done += size;
    }
    return done;
}

std::size_t Echo::upgrade(Connection& connection, std::span<char> bytes) {
    std::string_view const text(bytes.data(), bytes.size());
    auto const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return 0;
    }
    connection.upgraded = true;
    send(connection, upgrade_answer(text.substr(0, end + 2)));
    return end + 4;
}

void Echo::send(Connection& connection, std::string_view bytes) {
    bool const was_waiting = !connection.unsent.empty();
    connection.unsent.append(was_waiting ? bytes : std::string_view());
    std::string_view const all = was_waiting ? std::string_view(connection.unsent) : bytes;
    ssize_t const count = ::send(connection.fd.get(), all.data(), all.size(), MSG_NOSIGNAL);
    auto const sent = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (was_waiting) {
        connection.unsent.erase(0, sent);
    } else {
        connection.unsent.assign(all.substr(sent));
    }
    if (was_waiting != !connection.unsent.empty()) {
        watch(connection, EPOLL_CTL_MOD, connection.unsent.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
    }
}

void Echo::watch(Connection& connection, int operation, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.ptr = &connection}};
    if (::epoll_ctl(epoll_.get(), operation, connection.fd.get(), &event) != 0) {
        fail("epoll_ctl");
    }
}

}  // namespace
}  // namespace holdfast::bench

int main() try {
    holdfast::bench::Echo echo;
    echo.run();
} catch (std::exception const& error) {
    std::cerr << "bench_echo: " << error.what() << '\n';
    return 1;
}
