// The floor that contenders are measured against: the least a relay can do. One thread, one
// edge-triggered epoll set, one read buffer, one recv and one send per chunk; it knows nothing of
// HTTP or WebSocket and dials the backend as soon as a client is there.
//     bench_floor BACKEND_ADDRESS:PORT

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hack/bench.d/sockets.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

struct Pair;

/// One socket of a pair. What its own peer did not take yet waits in `unsent`.
struct Side {
    Fd fd;
    Side* other = nullptr;
    Pair* pair = nullptr;
    std::string unsent;
    bool readable_later = false;  ///< An edge came while the other side was stuck.
    bool fin_seen = false;        ///< The end of the stream is among what is to be read.
    bool ended = false;           ///< The end was read and carried on.
};

struct Pair {
    Side client;
    Side backend;
};

class Floor {
public:
    explicit Floor(Endpoint backend);
    [[noreturn]] void run();

private:
    void accept_all();
    void handle(Side& side, std::uint32_t events);
    void relay_from(Side& from);
    [[nodiscard]] bool send_to(Side& to, std::string_view bytes);
    void flush(Side& side);
    void retire(Side& side);
    void watch(Side& side);

    Endpoint backend_;
    Fd listener_;
    Fd epoll_;
    std::vector<std::unique_ptr<Pair>> retired_;  // Freed when no event of this turn names them.
    std::array<char, kBufferBytes> buffer_{};
};

Floor::Floor(Endpoint backend)
    : backend_(std::move(backend)), listener_(listen_and_say()), epoll_(::epoll_create1(0)) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) != 0) {
        fail("epoll_ctl");
    }
}

void Floor::run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
        int const count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            auto const& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr == nullptr) {
                accept_all();
            } else {
                handle(*static_cast<Side*>(event.data.ptr), event.events);
            }
        }
        retired_.clear();
    }
}

void Floor::accept_all() {
    for (Fd client = accept_from(listener_); client.get() >= 0; client = accept_from(listener_)) {
        auto pair = std::make_unique<Pair>();
        pair->client.fd = std::move(client);
        pair->backend.fd = connect_to(backend_);
        set_nonblocking(pair->backend.fd.get());
        pair->client.other = &pair->backend;
        pair->backend.other = &pair->client;
        for (Side* side : {&pair->client, &pair->backend}) {
            side->pair = pair.get();
            watch(*side);
        }
        (void)pair.release();  // Lives until retire().
    }
}

void Floor::handle(Side& side, std::uint32_t events) {
    if (side.fd.get() < 0) {
        return;  // Its pair was retired earlier in this turn.
    }
    side.fin_seen |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    if ((events & EPOLLOUT) != 0 && !side.unsent.empty()) {
        flush(side);
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        relay_from(side);
    }
}

void Floor::relay_from(Side& from) {
    while (!from.ended && from.fd.get() >= 0) {
        if (!from.other->unsent.empty()) {
            from.readable_later = true;
            return;
        }
        ssize_t const count = ::recv(from.fd.get(), buffer_.data(), buffer_.size(), 0);
        if (count < 0 && errno == EAGAIN) {
            return;
        }
        if (count <= 0) {
            retire(from);
            return;
        }
        auto const size = static_cast<std::size_t>(count);
        if (!send_to(*from.other, {buffer_.data(), size})) {
            retire(from);
            return;
        }
        if (size < buffer_.size() && !from.fin_seen) {
            return;  // A short read emptied the socket; what follows brings an edge of its own.
        }
    }
}

bool Floor::send_to(Side& to, std::string_view bytes) {
    ssize_t const sent = ::send(to.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        return false;
    }
    to.unsent.append(bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
    return true;
}

void Floor::flush(Side& side) {
    std::string const bytes = std::exchange(side.unsent, {});
    if (!send_to(side, bytes)) {
        retire(side);
    } else if (side.unsent.empty() && std::exchange(side.other->readable_later, false)) {
        relay_from(*side.other);
    }
}

/// Carries a FIN on; when both sides have ended, the pair is freed.
void Floor::retire(Side& side) {
    side.ended = true;
    ::shutdown(side.other->fd.get(), SHUT_WR);
    if (!side.other->ended) {
        return;
    }
    side.fd = Fd();
    side.other->fd = Fd();
    retired_.emplace_back(side.pair);
}

void Floor::watch(Side& side) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &side}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, side.fd.get(), &event) != 0) {
        fail("epoll_ctl");
    }
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) try {
    if (argc != 2) {
        throw std::invalid_argument("one argument: the backend's ADDRESS:PORT");
    }
    holdfast::bench::Floor floor(holdfast::bench::parse_endpoint(argv[1]));
    floor.run();
} catch (std::exception const& error) {
    std::cerr << "bench_floor: " << error.what() << '\n';
    return 1;
}
