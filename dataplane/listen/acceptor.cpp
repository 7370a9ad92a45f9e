#include "dataplane/listen/acceptor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "common/base/clock.hpp"
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
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    "Content-Type: text/plain\r\nContent-Length: 11\r\n\r\noverloaded\n";

net::Descriptor open_reserve() noexcept;
void answer_overloaded(int fd) noexcept;
void loop_ended(std::exception_ptr error);

}  // namespace

struct Acceptor::Loop {
    Loop(asio::io_context& io, net::Descriptor socket, std::uint16_t port_number, AcceptSink to)
        : listening(io.get_executor(), socket.release()),
          pause(io.get_executor()),
          port(port_number),
          sink(std::move(to)),
          reserve(open_reserve()) {}

    static asio::awaitable<void, Executor> run(std::unique_ptr<Loop> loop);

    enum class Queue { empty, more, stuck };

    /// Takes what the kernel has queued: `empty` when that was all, `stuck` when descriptors ran
    /// out and no reserve is left.
    Queue accept_all();
    /// `more` when one was turned away.
    Queue turn_one_away();
    void log_turned_away();

    Listening listening;
    Timer pause;
    std::uint16_t port;
    AcceptSink sink;
    model::ListenerProtocol protocol = model::ListenerProtocol::http;
    net::Descriptor reserve;
    std::int64_t turned_away = 0;
    TimePoint next_log{};
    bool closed = false;
};

Acceptor::Acceptor(asio::io_context& io, net::Descriptor socket, std::uint16_t port,
                   AcceptSink sink)
    : loop_(new Loop(io, std::move(socket), port, std::move(sink))) {}

Acceptor::~Acceptor() { close(); }

void Acceptor::set_protocol(model::ListenerProtocol protocol) noexcept {
    loop_->protocol = protocol;
}

void Acceptor::start() {
    started_ = true;
    auto const executor = loop_->listening.get_executor();
    asio::co_spawn(executor, Loop::run(std::unique_ptr<Loop>(loop_)), loop_ended);
}

void Acceptor::close() {
    auto* const loop = std::exchange(loop_, nullptr);
    if (loop == nullptr) return;
    if (!started_) {
        delete loop;
        return;
    }
    loop->accept_all();
    loop->closed = true;
    boost::system::error_code ignored;
    loop->listening.close(ignored);
    loop->pause.cancel();
}

asio::awaitable<void, Executor> Acceptor::Loop::run(std::unique_ptr<Loop> loop) {
    while (!loop->closed) {
        if (loop->accept_all() == Queue::empty) {
            co_await loop->listening.async_wait(Listening::wait_read, kAwait);
            continue;
        }
        loop->pause.expires_after(kNoReservePause);
        co_await loop->pause.async_wait(kAwait);
        loop->reserve = open_reserve();
    }
}

Acceptor::Loop::Queue Acceptor::Loop::accept_all() {
    for (;;) {
        int const fd =
            ::accept4(listening.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            sink.hand_over(fd, port);
            continue;
        }
        // A connection that died in the queue says nothing of those behind it.
        if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
        bool const out_of_descriptors = errno == EMFILE || errno == ENFILE;
        if (!out_of_descriptors) return Queue::empty;
        auto const queue = turn_one_away();
        if (queue != Queue::more) return queue;
    }
}

Acceptor::Loop::Queue Acceptor::Loop::turn_one_away() {
    if (!reserve.is_open()) return Queue::stuck;
    reserve.reset();
    net::Descriptor connection(
        ::accept4(listening.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    // The kernel looks for a descriptor before it looks into the queue, which may be empty.
    bool const was_empty = !connection.is_open() && errno == EAGAIN;
    if (connection.is_open()) {
        ++turned_away;
        sink.turned_away(port);
        log_turned_away();
        if (protocol == model::ListenerProtocol::http) answer_overloaded(connection.get());
        connection.reset();
    }
    reserve = open_reserve();
    if (was_empty) return Queue::empty;
    return reserve.is_open() ? Queue::more : Queue::stuck;
}

void Acceptor::Loop::log_turned_away() {
    auto const now = Clock::now();
    if (now < next_log) return;
    next_log = now + kLogInterval;
    log::warning("out of descriptors, connections are turned away",
                 {{"port", port}, {"turned_away", std::exchange(turned_away, 0)}});
}

namespace {

net::Descriptor open_reserve() noexcept {
    return net::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void answer_overloaded(int fd) noexcept {
    // Unread input would make the kernel reset the connection and with it destroy the answer.
    std::array<char, 4096> unread;
    while (::recv(fd, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
    }
    // Best effort: a connection this young takes a few bytes, and there is nobody to wait for it.
    if (::send(fd, kOverloaded.data(), kOverloaded.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
        ::shutdown(fd, SHUT_WR);
    }
}

void loop_ended(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

}  // namespace
}  // namespace holdfast::listen
