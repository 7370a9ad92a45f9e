#include "controller/push/push_server.hpp"

#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <exception>
#include <utility>

#include "common/base/log.hpp"
#include "common/net/listen_on.hpp"
#include "common/push/frames.hpp"
#include "controller/push/unix_listener.hpp"

namespace asio = boost::asio;

namespace holdfast::controller {
namespace {

using Local = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;
using push::CloseCode;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Between two tries to accept, when descriptors or memory are short.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
/// Between two warnings of what may go on for long.
constexpr auto kWarningPause = std::chrono::seconds(10);

}  // namespace

PushServer::PushServer(asio::io_context& io, Publisher& publisher, PushTimes times)
    : io_(io),
      publisher_(publisher),
      times_(times),
      unix_acceptor_(io),
      tls_acceptor_(io),
      tick_timer_(io) {
    spawn(tick());
}

PushServer::~PushServer() { remove_socket_file(); }

Outcome<Address> PushServer::listen_tls(Address const& address, TlsFiles const& files) {
    auto tls = ServerTls::open(files);
    if (!tls) {
        return std::move(tls).error();
    }
    if (ErrorCode const error = listen_on(tls_acceptor_, address)) {
        return Failure{error, "cannot listen on " + to_string(address)};
    }
    tls_ = *std::move(tls);
    spawn(accept(tls_acceptor_, [this](asio::ip::tcp::socket socket, StreamId id) {
        return serve_stream(std::move(socket), tls_->context(), id, *this);
    }));
    return Address{address.host, tls_acceptor_.local_endpoint().port()};
}

Outcome<void> PushServer::listen_unix(std::string const& path) {
    if (ErrorCode const error = listen_on_unix(unix_acceptor_, path)) {
        return Failure{error, "cannot listen on " + path};
    }
    unix_path_ = path;
    spawn(accept(unix_acceptor_, [this](Local::socket socket, StreamId id) {
        return serve_stream(std::move(socket), id, *this);
    }));
    return {};
}

void PushServer::flush() {
    for (auto const& [id, stream] : streams_) {
        flush(*stream);
    }
}

void PushServer::flush(PushStream& stream) {
    if (!stream.is_open() || stream.is_closing()) {
        return;
    }
    if (auto outgoing = publisher_.next(stream.id(), Clock::now())) {
        ++totals_.frames[static_cast<std::size_t>(outgoing->kind)];
        totals_.bytes += outgoing->text->size();
        stream.offer(*std::move(outgoing));
    }
}

void PushServer::stop(std::function<void()> done) {
    stopping_ = true;
    done_ = std::move(done);
    ErrorCode ignored;
    remove_socket_file();
    unix_acceptor_.close(ignored);
    tls_acceptor_.close(ignored);
    std::uniform_int_distribution<std::int64_t> wait(0, times_.goaway_timeout.count());
    for (auto const& [id, stream] : streams_) {
        stream->say_goaway();
        close_at_[id] = Clock::now() + std::chrono::milliseconds(wait(random_));
    }
    finish_when_empty();
}

std::string PushServer::peer(StreamId stream) const {
    auto const found = streams_.find(stream);
    return found == streams_.end() ? std::string() : found->second->peer();
}

// --- what streams say --------------------------------------------------------------------------

void PushServer::opened(PushStream& stream) {
    streams_.emplace(stream.id(), &stream);
    strangers_.insert(stream.id());
    if (stopping_) {
        stream.cut();
    }
}

void PushServer::received(PushStream& stream, std::string_view text) {
    auto const frame = push::decode_to_controller(text);
    if (!frame) {
        log::warning("push frame not readable",
                     {{"peer", stream.peer()}, {"error", to_string(frame.error().front())}});
        stream.close(CloseCode::protocol_error, "frame not readable");
        return;
    }
    bool const is_hello = *frame && std::holds_alternative<push::Hello>(**frame);
    if (is_hello && stream.is_open()) {
        stream.close(CloseCode::protocol_error, "second hello");
    } else if (!is_hello && !stream.is_open()) {
        stream.close(CloseCode::protocol_error, "hello must come first");
    } else if (*frame) {
        std::visit([&](auto const& known) { handle(stream, known); }, **frame);
    }
}

void PushServer::handle(PushStream& stream, push::Hello const& hello) {
    if (hello.protocol != push::kProtocol) {
        stream.close(CloseCode::policy, "protocol " + std::to_string(hello.protocol) +
                                            " is not spoken here, " +
                                            std::to_string(push::kProtocol) + " is");
        return;
    }
    if (!stream.may_ask_for(hello.gateway)) {
        log::warning("data plane asks for a gateway that its certificate does not name",
                     {{"peer", stream.peer()}, {"node", hello.node}, {"gateway", hello.gateway}});
        stream.close(CloseCode::policy, "the certificate does not name this Gateway");
        return;
    }
    stream.open();
    strangers_.erase(stream.id());
    log::info("data plane connected", {{"node", hello.node},
                                       {"gateway", hello.gateway},
                                       {"peer", stream.peer()},
                                       {"build", hello.build},
                                       {"subscribe", hello.subscribe},
                                       {"have", hello.have}});
    settle(publisher_.connect(stream.id(), hello, Clock::now()));
    flush(stream);
}

void PushServer::handle(PushStream& stream, push::Subscribe const& frame) {
    settle(publisher_.subscribe(stream.id(), frame, Clock::now()));
    flush(stream);
}

void PushServer::handle(PushStream& stream, push::Ack const& ack) {
    settle(publisher_.acknowledge(stream.id(), ack, Clock::now()));
    flush(stream);
}

void PushServer::handle(PushStream& stream, push::Nack const& nack) {
    ++totals_.nacks;
    log::warning("data plane refused a table",
                 {{"peer", stream.peer()},
                  {"problems", nack.problems.size()},
                  {"first", nack.problems.empty() ? "" : to_string(nack.problems.front())}});
    settle(publisher_.refuse(stream.id(), nack, Clock::now()));
    flush(stream);
}

void PushServer::settle(std::vector<Notice> const& notices) {
    log_all(notices);
    if (!notices.empty()) {
        flush();
    }
    fleet_moved_();
}

void PushServer::closed(PushStream& stream) {
    streams_.erase(stream.id());
    strangers_.erase(stream.id());
    close_at_.erase(stream.id());
    if (stream.is_open()) {
        log::info("data plane disconnected",
                  {{"node", publisher_.fleet().node(stream.id())}, {"peer", stream.peer()}});
        settle(publisher_.disconnect(stream.id(), Clock::now()));
    }
    finish_when_empty();
}

// --- coroutines --------------------------------------------------------------------------------

template <class Acceptor, class Serve>
asio::awaitable<void> PushServer::accept(Acceptor& acceptor, Serve serve) {
    std::string fault;
    while (!stopping_) {
        try {
            if (!std::exchange(fault, {}).empty()) {
                asio::steady_timer pause(io_, kAcceptPause);
                co_await pause.async_wait(kAwait);
            }
            auto [error, socket] = co_await acceptor.async_accept(kAwait);
            if (error) {
                fault = error.message();
            } else if (make_room()) {
                spawn(serve(std::move(socket), ++last_stream_));
            }
        } catch (std::exception const& failure) {
            fault = failure.what();
        }
        if (!fault.empty() && !stopping_) {
            warn("cannot accept", fault);
        }
    }
}

bool PushServer::make_room() {
    if (streams_.size() < limits::push_streams_max &&
        strangers_.size() < limits::push_strangers_max) {
        return true;
    }
    ++totals_.streams_dropped;
    warn("too many push streams",
         strangers_.empty() ? "a new one is closed" : "the oldest one without a hello is closed");
    if (strangers_.empty()) {
        return false;
    }
    streams_.at(*strangers_.begin())->cut();
    strangers_.erase(strangers_.begin());
    return true;
}

void PushServer::warn(std::string_view message, std::string_view error) {
    TimePoint const now = Clock::now();
    if (now >= warn_again_at_) {
        warn_again_at_ = now + kWarningPause;
        log::warning(message, {{"what", "push"}, {"error", error}});
    }
}

asio::awaitable<void> PushServer::tick() {
    for (;;) {
        tick_timer_.expires_after(times_.tick);
        auto [error] = co_await tick_timer_.async_wait(kAwait);
        if (error) {
            co_return;
        }
        try {
            tick_streams(Clock::now());
        } catch (std::exception const& failure) {
            log::error("push streams not looked after", {{"error", failure.what()}});
        }
    }
}

void PushServer::tick_streams(TimePoint now) {
    if (auto const notices = publisher_.tick(now); !notices.empty()) settle(notices);
    for (auto const& [id, stream] : streams_) {
        stream->tick(now, {times_.hello_timeout, times_.ping_interval});
        flush(*stream);
    }
    for (auto const& [id, moment] : close_at_) {
        if (now >= moment) {
            streams_.at(id)->close(CloseCode::going_away, "controller restart");
        }
    }
}

void PushServer::spawn(asio::awaitable<void> task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr failure) {
        if (failure) {
            log::error("push coroutine ended in an exception");
        }
    });
}

/// While this server still listens: whatever is at the path afterwards is a successor's.
void PushServer::remove_socket_file() {
    if (!unix_path_.empty()) {
        ::unlink(std::exchange(unix_path_, {}).c_str());
    }
}

void PushServer::finish_when_empty() {
    if (done_ && streams_.empty()) {
        tick_timer_.cancel();
        asio::post(io_, std::exchange(done_, nullptr));
    }
}

}  // namespace holdfast::controller
