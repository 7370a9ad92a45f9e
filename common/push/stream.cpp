#include "common/push/stream.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/push/web_socket.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace holdfast::push {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// A table passes in pieces of this size, so that a slow one's progress can be told from none.
constexpr std::size_t kPieceBytes = 64 * 1024;
/// A buffer that one whole table has made larger than this is not kept for small deltas.
constexpr std::size_t kKeptBytes = 1024 * 1024;
/// A Close reason fits a control frame (RFC 6455 §5.5).
constexpr std::size_t kReasonBytesMax = 123;
/// Pings that may stay unanswered.
constexpr int kMissedPingsMax = 3;

asio::any_io_executor executor_of(WebSocket& socket) {
    return std::visit([](auto& on) -> asio::any_io_executor { return on.get_executor(); }, socket);
}

}  // namespace

Stream::Stream(std::uint64_t id, std::unique_ptr<WebSocket> socket)
    : id_(id),
      socket_(std::move(socket)),
      wake_(executor_of(*socket_)),
      writer_ended_(executor_of(*socket_)) {
    std::visit(
        [this](auto& on) {
            on.text(true);
            on.auto_fragment(false);
            on.control_callback([this](websocket::frame_type, std::string_view) { alive(); });
        },
        *socket_);
}

Stream::~Stream() = default;

void Stream::open() noexcept {
    is_open_ = true;
    alive();
}

void Stream::close(CloseCode code, std::string_view reason) {
    if (!close_) {
        close_ = Close{code, std::string(reason.substr(0, kReasonBytesMax)), Clock::now()};
        wake();
    }
}

void Stream::cut() {
    cut_ = true;
    ErrorCode ignored;
    std::visit([&](auto& on) { beast::get_lowest_layer(on).close(ignored); }, *socket_);
    wake();
}

void Stream::tick(TimePoint now, StreamTimes const& times) {
    bool const overdue = is_open_ ? now - alive_at_ >= kMissedPingsMax * times.ping_interval
                                  : now - begun_at_ >= times.opening;
    bool const unanswered = close_ && now - close_->at >= limits::close_timeout;
    if (overdue || unanswered) {
        cut();
    } else if (is_open_ && now - pinged_at_ >= times.ping_interval) {
        pinged_at_ = now;
        ping_ = true;
        wake();
    }
}

asio::awaitable<Stream::ErrorCode> Stream::exchange() {
    start_writer();
    beast::flat_buffer buffer;
    for (;;) {
        auto [error, bytes] = co_await std::visit(
            [&](auto& on) { return on.async_read_some(buffer, kPieceBytes, kAwait); }, *socket_);
        if (error) {
            co_return error;
        }
        alive();
        if (!std::visit([](auto& on) { return on.is_message_done(); }, *socket_)) {
            continue;
        }
        if (!std::visit([](auto& on) { return on.got_text(); }, *socket_)) {
            close(CloseCode::unknown_data, "text frames only");
        } else if (!is_closing()) {
            received({static_cast<char const*>(buffer.data().data()), buffer.size()});
        }
        buffer.clear();
        if (buffer.capacity() > kKeptBytes) {
            buffer.shrink_to_fit();
        }
    }
}

asio::awaitable<void> Stream::finish() {
    cut();
    while (writing_) {
        writer_ended_.expires_at(TimePoint::max());
        co_await writer_ended_.async_wait(kAwait);
    }
}

void Stream::start_writer() {
    auto ended = [this](std::exception_ptr failure) {
        if (failure) {
            log::error("push writer ended in an exception");
        }
        writing_ = false;
        cut();
        writer_ended_.cancel();
    };
    writing_ = true;
    try {
        asio::co_spawn(executor_of(*socket_), write(), std::move(ended));
    } catch (...) {
        writing_ = false;
        throw;
    }
}

asio::awaitable<void> Stream::write() {
    ErrorCode error;
    while (!error && !cut_) {
        if (std::exchange(ping_, false)) {
            std::tie(error) =
                co_await std::visit([](auto& on) { return on.async_ping({}, kAwait); }, *socket_);
        } else if (Text const text = next()) {
            error = co_await write_text(*text);
        } else if (close_) {
            websocket::close_reason const reason(static_cast<websocket::close_code>(close_->code),
                                                 close_->reason);
            co_await std::visit([&](auto& on) { return on.async_close(reason, kAwait); }, *socket_);
            co_return;
        } else {
            wake_.expires_at(TimePoint::max());
            co_await wake_.async_wait(kAwait);
        }
    }
}

asio::awaitable<Stream::ErrorCode> Stream::write_text(std::string const& text) {
    ErrorCode error;
    for (std::size_t at = 0; !error && at < text.size();) {
        asio::const_buffer const piece(text.data() + at, std::min(kPieceBytes, text.size() - at));
        at += piece.size();
        std::tie(error, std::ignore) = co_await std::visit(
            [&](auto& on) { return on.async_write_some(at == text.size(), piece, kAwait); },
            *socket_);
        alive();
    }
    co_return error;
}

}  // namespace holdfast::push
