#include "controller/push/push_stream.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>
#include <utility>

#include "common/base/log.hpp"
#include "common/push/frames.hpp"
#include "controller/push/identity.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::controller {
namespace {

using Task = asio::awaitable<void>;
using TlsSocket = asio::ssl::stream<TcpSocket>;
using UpgradeRequest = http::request<http::empty_body>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// A table leaves in frames of this size, so that a slow peer's progress can be told from none.
constexpr std::size_t kFragmentBytes = 64 * 1024;
/// A Close reason fits a control frame (RFC 6455 §5.5).
constexpr std::size_t kReasonBytesMax = 123;
/// Pings that may stay unanswered.
constexpr int kMissedPingsMax = 3;

http::status judge(UpgradeRequest const& request);
std::string peer_name(LocalSocket const& socket);
std::string peer_name(TcpSocket const& socket);

template <class Transport>
class Connection final : public PushStream {
public:
    Connection(Transport transport, StreamId id, std::string peer)
        : PushStream(id, std::move(peer), transport.get_executor()),
          websocket_(std::move(transport)),
          writer_ended_(websocket_.get_executor()) {}

    /// True when messages may flow.
    asio::awaitable<bool> shake_hands();
    /// Runs beside `read` until the stream is cut or closed.
    void start_writer();
    Task read(StreamOwner& owner);
    Task wait_for_writer();
    void cut() override;

private:
    asio::awaitable<bool> upgrade();
    Task refuse_upgrade(UpgradeRequest const& request, http::status status);
    Task write();
    asio::awaitable<bool> write_text(std::string const& text);

    websocket::stream<Transport> websocket_;
    bool cut_ = false;
    bool writing_ = false;
    asio::steady_timer writer_ended_;
};

/// The frame owns the connection: nothing is destroyed while an operation is pending on it.
template <class Transport>
Task serve(std::unique_ptr<Connection<Transport>> connection, StreamOwner& owner) {
    owner.opened(*connection);
    // Whatever happens on the way, the writer ends before the connection, and the owner is told.
    try {
        if (co_await connection->shake_hands()) {
            connection->start_writer();
            co_await connection->read(owner);
        }
    } catch (std::exception const& failure) {
        log::error("push stream ended in an exception",
                   {{"peer", connection->peer()}, {"error", failure.what()}});
    }
    connection->cut();
    co_await connection->wait_for_writer();
    owner.closed(*connection);
}

}  // namespace

Task serve_stream(LocalSocket socket, StreamId id, StreamOwner& owner) {
    std::string peer = peer_name(socket);
    return serve(std::make_unique<Connection<LocalSocket>>(std::move(socket), id, std::move(peer)),
                 owner);
}

Task serve_stream(TcpSocket socket, std::shared_ptr<asio::ssl::context> tls, StreamId id,
                  StreamOwner& owner) {
    std::string peer = peer_name(socket);
    boost::system::error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    TlsSocket secured(std::move(socket), *tls);  // Keeps what it needs of the context alive.
    return serve(std::make_unique<Connection<TlsSocket>>(std::move(secured), id, std::move(peer)),
                 owner);
}

// --- what all transports share -----------------------------------------------------------------

PushStream::PushStream(StreamId id, std::string peer, asio::any_io_executor const& executor)
    : wake_(executor), id_(id), peer_(std::move(peer)) {}

bool PushStream::may_ask_for(std::string const& gateway) const {
    return !gateways_ || std::ranges::find(*gateways_, gateway) != gateways_->end();
}

void PushStream::offer(Outgoing outgoing) {
    table_ = std::move(outgoing);
    wake_.cancel();
}

void PushStream::say_goaway() {
    goaway_ = true;
    wake_.cancel();
}

void PushStream::close(CloseCode code, std::string_view reason) {
    if (!close_) {
        close_ = Close{code, std::string(reason.substr(0, kReasonBytesMax))};
        table_.reset();
        wake_.cancel();
    }
}

void PushStream::tick(TimePoint now, PushTimes const& times) {
    if (close_ && !cut_at_) {
        cut_at_ = now + limits::close_timeout;
    }
    bool const no_hello = !greeted_ && now - opened_at_ >= times.hello_timeout;
    bool const silent = greeted_ && now - alive_at_ >= kMissedPingsMax * times.ping_interval;
    if (no_hello || silent || (cut_at_ && now >= *cut_at_)) {
        cut();
    } else if (greeted_ && now - pinged_at_ >= times.ping_interval) {
        pinged_at_ = now;
        ping_ = true;
        wake_.cancel();
    }
}

bool PushStream::has_work() const noexcept { return table_ || goaway_ || ping_ || close_; }

namespace {

// --- one connection ----------------------------------------------------------------------------

template <class Transport>
asio::awaitable<bool> Connection<Transport>::shake_hands() {
    if constexpr (std::is_same_v<Transport, TlsSocket>) {
        TlsSocket& tls = websocket_.next_layer();
        auto [error] = co_await tls.async_handshake(TlsSocket::server, kAwait);
        if (error) {
            log::info("push handshake failed", {{"peer", peer()}, {"error", error.message()}});
            co_return false;
        }
        // Verified already: without a certificate from our CA there is no handshake.
        gateways_ = gateways_of(SSL_get0_peer_certificate(tls.native_handle()));
    }
    bool const upgraded = co_await upgrade();
    co_return upgraded;
}

template <class Transport>
asio::awaitable<bool> Connection<Transport>::upgrade() {
    beast::flat_buffer buffer;
    http::request_parser<http::empty_body> parser;
    parser.header_limit(limits::admin_head_bytes_max);
    auto [read_error, bytes] =
        co_await http::async_read(websocket_.next_layer(), buffer, parser, kAwait);
    if (read_error) {
        co_return false;
    }
    http::status const verdict = judge(parser.get());
    if (verdict != http::status::switching_protocols) {
        co_await refuse_upgrade(parser.get(), verdict);
        co_return false;
    }
    websocket_.read_message_max(limits::push_answer_bytes_max);
    websocket_.auto_fragment(false);
    websocket_.control_callback([this](websocket::frame_type, std::string_view) { alive(); });
    websocket_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(http::field::sec_websocket_protocol, push::kSubprotocol);
    }));
    auto [accept_error] = co_await websocket_.async_accept(parser.get(), kAwait);
    co_return !accept_error;
}

template <class Transport>
Task Connection<Transport>::refuse_upgrade(UpgradeRequest const& request, http::status status) {
    http::response<http::string_body> response(status, request.version());
    response.keep_alive(false);
    response.body() = "this port speaks " + std::string(push::kSubprotocol) + " at " +
                      std::string(push::kPath) + "\n";
    response.prepare_payload();
    co_await http::async_write(websocket_.next_layer(), response, kAwait);
}

template <class Transport>
void Connection<Transport>::start_writer() {
    auto ended = [this](std::exception_ptr failure) {
        if (failure) {
            log::error("push writer ended in an exception", {{"peer", peer()}});
        }
        writing_ = false;
        cut();
        writer_ended_.cancel();
    };
    writing_ = true;
    try {
        asio::co_spawn(websocket_.get_executor(), write(), std::move(ended));
    } catch (...) {
        writing_ = false;
        throw;
    }
}

template <class Transport>
Task Connection<Transport>::read(StreamOwner& owner) {
    beast::flat_buffer buffer;
    for (;;) {
        auto [error, bytes] = co_await websocket_.async_read(buffer, kAwait);
        if (error) {
            co_return;
        }
        alive();
        if (!websocket_.got_text()) {
            close(CloseCode::unknown_data, "text frames only");
        } else if (!is_closing()) {
            owner.received(*this, std::string_view(static_cast<char const*>(buffer.data().data()),
                                                   buffer.size()));
        }
        buffer.clear();
    }
}

template <class Transport>
Task Connection<Transport>::write() {
    bool going = true;
    while (going && !cut_) {
        if (!has_work()) {
            wake_.expires_at(TimePoint::max());
            co_await wake_.async_wait(kAwait);
        } else if (std::exchange(ping_, false)) {
            auto [error] = co_await websocket_.async_ping({}, kAwait);
            going = !error;
        } else if (table_) {
            Outgoing const outgoing = *std::exchange(table_, std::nullopt);
            going = co_await write_text(*outgoing.text);
        } else if (std::exchange(goaway_, false)) {
            std::string const text = push::encode(push::ToDataplane(push::GoAway{}));
            going = co_await write_text(text);
        } else {
            websocket::close_reason const reason(static_cast<websocket::close_code>(close_->code),
                                                 close_->reason);
            co_await websocket_.async_close(reason, kAwait);
            going = false;
        }
    }
}

template <class Transport>
asio::awaitable<bool> Connection<Transport>::write_text(std::string const& text) {
    websocket_.text(true);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const bytes = std::min(kFragmentBytes, text.size() - at);
        bool const last = at + bytes == text.size();
        auto [error, written] = co_await websocket_.async_write_some(
            last, asio::buffer(text.data() + at, bytes), kAwait);
        if (error) {
            co_return false;
        }
        at += bytes;
        alive();
    }
    co_return true;
}

template <class Transport>
Task Connection<Transport>::wait_for_writer() {
    while (writing_) {
        writer_ended_.expires_at(TimePoint::max());
        co_await writer_ended_.async_wait(kAwait);
    }
}

template <class Transport>
void Connection<Transport>::cut() {
    cut_ = true;
    boost::system::error_code ignored;
    beast::get_lowest_layer(websocket_).close(ignored);
    wake_.cancel();
}

/// 101 when the request may be upgraded.
http::status judge(UpgradeRequest const& request) {
    std::string_view const target = request.target();
    if (target.substr(0, target.find('?')) != push::kPath) {
        return http::status::not_found;
    }
    if (!websocket::is_upgrade(request)) {
        return http::status::upgrade_required;
    }
    http::token_list const offered(request[http::field::sec_websocket_protocol]);
    bool const ours = std::ranges::any_of(
        offered, [](auto const& token) { return std::string_view(token) == push::kSubprotocol; });
    return ours ? http::status::switching_protocols : http::status::bad_request;
}

std::string peer_name(LocalSocket const&) { return "unix"; }

std::string peer_name(TcpSocket const& socket) {
    boost::system::error_code error;
    auto const endpoint = socket.remote_endpoint(error);
    return error ? "unknown"
                 : endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace
}  // namespace holdfast::controller
