#include "dataplane/listen/acceptor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/limits.hpp"
#include "common/base/log.hpp"

namespace holdfast::listen {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using Executor = asio::io_context::executor_type;
using Listening = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});
/// Between two looks at a backlog that nothing can be done about.
constexpr auto kNoReservePause = 100ms;
constexpr auto kLogInterval = 1s;

constexpr std::string_view kOverloaded =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    "Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 23\r\n\r\noverloaded: overloaded\n";

net::Descriptor open_reserve() noexcept;
/// A closed one, and errno, where there is none.
net::Descriptor accept_from(int listening) noexcept;
/// The status that was sent; 0 where the connection took nothing.
std::uint16_t answer_overloaded(int fd) noexcept;
void loop_ended(std::exception_ptr error);

}  // namespace

struct Acceptor::Loop {
    Loop(asio::io_context& io, net::Descriptor socket, Port at, AcceptSink to)
        : listening(io.get_executor(), socket.release()),
          pause(io.get_executor()),
          port(at),
          sink(std::move(to)),
          reserve(open_reserve()) {}

    static asio::awaitable<void, Executor> run(std::unique_ptr<Loop> loop);

    /// What the kernel's queue holds: nothing; perhaps more; connections that nothing can be done
    /// about, since descriptors ran out and no reserve is left.
    enum class Queue { empty, more, stuck };

    /// Takes up to `most` connections.
    Queue accept(std::size_t most);
    Queue accept_one();
    Queue spend_reserve();
    void turn_away(net::Descriptor connection);
    void log_turned_away();
    void close();

    Listening listening;
    Timer pause;
    Port port;
    AcceptSink sink;
    net::Descriptor reserve;
    std::int64_t turned_away = 0;
    TimePoint next_log{};
    bool closed = false;
};

Acceptor::Acceptor(asio::io_context& io, net::Descriptor socket, Port port, AcceptSink sink)
    : io_(io), loop_(new Loop(io, std::move(socket), port, std::move(sink))) {
    asio::co_spawn(io.get_executor(), Loop::run(std::unique_ptr<Loop>(loop_)), loop_ended);
}

Acceptor::~Acceptor() {
    std::promise<void> promise;
    auto const closed = promise.get_future();
    asio::post(io_, [promise = std::move(promise), loop = loop_]() mutable {
        loop->close();
        promise.set_value();
    });
    closed.wait();
}

void Acceptor::set_protocol(model::ListenerProtocol protocol) {
    asio::post(io_, [loop = loop_, protocol] { loop->port.protocol = protocol; });
}

asio::awaitable<void, Executor> Acceptor::Loop::run(std::unique_ptr<Loop> loop) {
    while (!loop->closed) {
        switch (loop->accept(limits::accepts_per_turn_max)) {
            case Queue::empty:
                co_await loop->listening.async_wait(Listening::wait_read, kAwait);
                break;
            case Queue::more:
                co_await asio::post(loop->listening.get_executor(), kAwait);
                break;
            case Queue::stuck:
                loop->pause.expires_after(kNoReservePause);
                co_await loop->pause.async_wait(kAwait);
                loop->reserve = open_reserve();
        }
    }
}

void Acceptor::Loop::close() {
    accept(SOMAXCONN + 1);  // No queue is longer (open_listening_socket).
    closed = true;
    boost::system::error_code ignored;
    listening.close(ignored);
    pause.cancel();
}

Acceptor::Loop::Queue Acceptor::Loop::accept(std::size_t most) {
    auto queue = Queue::more;
    for (; most > 0 && queue == Queue::more; --most)
        queue = accept_one();
    return queue;
}

Acceptor::Loop::Queue Acceptor::Loop::accept_one() {
    net::Descriptor connection = accept_from(listening.native_handle());
    if (connection.is_open()) {
        if (sink.has_room()) {
            sink.hand_over(std::move(connection), port.number);
        } else {
            turn_away(std::move(connection));
        }
        return Queue::more;
    }
    // A connection that died in the queue says nothing of those behind it.
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) return Queue::more;
    bool const out_of_descriptors = errno == EMFILE || errno == ENFILE;
    return out_of_descriptors ? spend_reserve() : Queue::empty;
}

Acceptor::Loop::Queue Acceptor::Loop::spend_reserve() {
    if (!reserve.is_open()) return Queue::stuck;
    reserve.reset();
    net::Descriptor connection = accept_from(listening.native_handle());
    // The kernel looks for a descriptor before it looks into the queue, which may be empty.
    bool const was_empty = !connection.is_open() && errno == EAGAIN;
    if (connection.is_open()) turn_away(std::move(connection));
    reserve = open_reserve();
    if (was_empty) return Queue::empty;
    return reserve.is_open() ? Queue::more : Queue::stuck;
}

void Acceptor::Loop::turn_away(net::Descriptor connection) {
    ++turned_away;
    auto const client = net::peer_address(connection.get());
    bool const is_plain = port.protocol == model::ListenerProtocol::http;
    auto const status = is_plain ? answer_overloaded(connection.get()) : std::uint16_t{0};
    sink.turned_away(client, port.number, status);
    log_turned_away();
}

void Acceptor::Loop::log_turned_away() {
    auto const now = Clock::now();
    if (now < next_log) return;
    next_log = now + kLogInterval;
    log::warning("overloaded, connections are turned away",
                 {{"port", port.number}, {"turned_away", std::exchange(turned_away, 0)}});
}

namespace {

net::Descriptor open_reserve() noexcept {
    return net::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

net::Descriptor accept_from(int listening) noexcept {
    return net::Descriptor(::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

std::uint16_t answer_overloaded(int fd) noexcept {
    // Unread input would make the kernel reset the connection and with it destroy the answer. A
    // client that has sent more than this by now is not waiting for one.
    std::array<char, 16 * 1024> unread;
    ::recv(fd, unread.data(), unread.size(), MSG_DONTWAIT);
    // Best effort: a connection this young takes a few bytes, and there is nobody to wait for it.
    if (::send(fd, kOverloaded.data(), kOverloaded.size(), MSG_NOSIGNAL | MSG_DONTWAIT) <= 0) {
        return 0;
    }
    ::shutdown(fd, SHUT_WR);
    return 503;
}

void loop_ended(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

}  // namespace
}  // namespace holdfast::listen
