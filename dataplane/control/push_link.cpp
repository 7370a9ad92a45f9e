#include "dataplane/control/push_link.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "common/base/log.hpp"
#include "common/push/frames.hpp"
#include "dataplane/control/client_tls.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::control {
namespace {

using ErrorCode = boost::system::error_code;
using TcpSocket = asio::ip::tcp::socket;
using LocalSocket = asio::local::stream_protocol::socket;
using TlsSocket = asio::ssl::stream<TcpSocket>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// A table is read in pieces of this size, so that a slow one's progress can be told from none.
constexpr std::size_t kReadBytes = 64 * 1024;
/// A buffer that one whole table has made larger than this is not kept for small deltas.
constexpr std::size_t kKeptBytes = 1024 * 1024;
/// Pings that may stay unanswered.
constexpr int kMissedPingsMax = 3;

Error ended_in(std::string phase, ErrorCode cause) {
    return {Reason::internal_error, cause, std::move(phase)};
}

template <class Transport>
class Connection final : public PushLink {
public:
    Connection(Transport transport, StreamId id, asio::io_context& io)
        : PushLink(id, io), websocket_(std::move(transport)), writer_ended_(io), io_(io) {}

    /// Output: why messages cannot flow; nothing when they can.
    template <class Endpoint>
    asio::awaitable<std::optional<Error>> dial(std::string name, Endpoint endpoint);
    void start_writer();
    asio::awaitable<Error> read(LinkOwner& owner);
    asio::awaitable<void> wait_for_writer();
    void cut() override;

private:
    asio::awaitable<ErrorCode> shake_hands_tls(std::string const& name);
    asio::awaitable<std::optional<Error>> upgrade(std::string const& name);
    asio::awaitable<void> write();

    websocket::stream<Transport> websocket_;
    bool cut_ = false;
    bool writing_ = false;
    asio::steady_timer writer_ended_;
    asio::io_context& io_;
};

/// The frame owns the connection: nothing is destroyed while an operation is pending on it.
template <class Transport, class Endpoint>
asio::awaitable<Error> live(std::unique_ptr<Connection<Transport>> connection, std::string name,
                            Endpoint endpoint, LinkOwner& owner) {
    owner.dialling(*connection);
    std::optional<Error> end;
    // Whatever happens on the way, the writer ends before the connection, and the owner is told.
    try {
        end = co_await connection->dial(std::move(name), std::move(endpoint));
        if (!end) {
            connection->start_writer();
            owner.opened(*connection);
            end = co_await connection->read(owner);
        }
    } catch (std::exception const& failure) {
        end = ended_in(std::string("exception: ") + failure.what(), {});
    }
    connection->cut();
    co_await connection->wait_for_writer();
    owner.ended(*connection);
    co_return *std::move(end);
}

}  // namespace

asio::awaitable<Error> run_link(asio::io_context& io, Peer peer, PushTlsFiles const& tls,
                                StreamId id, LinkOwner& owner) {
    if (auto const* const path = std::get_if<std::string>(&peer.endpoint)) {
        asio::local::stream_protocol::endpoint endpoint(*path);
        auto plain = std::make_unique<Connection<LocalSocket>>(LocalSocket(io), id, io);
        co_return co_await live(std::move(plain), std::move(peer.name), std::move(endpoint), owner);
    }
    auto context = load_client_tls(tls);
    if (!context) {
        co_return std::move(context).error();
    }
    TlsSocket socket(io, **context);  // Keeps what it needs of the context alive.
    auto secured = std::make_unique<Connection<TlsSocket>>(std::move(socket), id, io);
    auto const endpoint = std::get<asio::ip::tcp::endpoint>(peer.endpoint);
    co_return co_await live(std::move(secured), std::move(peer.name), endpoint, owner);
}

std::string to_string(Peer const& peer) {
    if (auto const* const path = std::get_if<std::string>(&peer.endpoint)) {
        return *path;
    }
    auto const& endpoint = std::get<asio::ip::tcp::endpoint>(peer.endpoint);
    return to_string(Address{endpoint.address().to_string(), endpoint.port()});
}

// --- what all transports share -----------------------------------------------------------------

void PushLink::send(std::string text) {
    if (phase_ == Phase::open) {
        texts_.push_back(std::move(text));
        wake_.cancel();
    }
}

void PushLink::close() {
    if (phase_ == Phase::open) {
        phase_ = Phase::closing;
        closed_at_ = Clock::now();
        wake_.cancel();
    }
}

void PushLink::tick(TimePoint now, PushTimes const& times) {
    bool const too_slow = phase_ == Phase::dialling && now - dialled_at_ >= times.dial_timeout;
    bool const silent =
        phase_ == Phase::open && now - alive_at_ >= kMissedPingsMax * times.ping_interval;
    bool const unanswered = phase_ == Phase::closing && now - closed_at_ >= limits::close_timeout;
    if (too_slow || silent || unanswered) {
        cut();
    } else if (phase_ == Phase::open && now - pinged_at_ >= times.ping_interval) {
        pinged_at_ = now;
        ping_ = true;
        wake_.cancel();
    }
}

bool PushLink::has_work() const noexcept {
    return !texts_.empty() || ping_ || phase_ == Phase::closing;
}

namespace {

// --- one connection ----------------------------------------------------------------------------

template <class Transport>
template <class Endpoint>
asio::awaitable<std::optional<Error>> Connection<Transport>::dial(std::string name,
                                                                  Endpoint endpoint) {
    auto [connect_error] =
        co_await beast::get_lowest_layer(websocket_).async_connect(endpoint, kAwait);
    if (connect_error) {
        co_return ended_in("connect", connect_error);
    }
    if constexpr (std::is_same_v<Transport, TlsSocket>) {
        ErrorCode const tls_error = co_await shake_hands_tls(name);
        if (tls_error) {
            co_return ended_in("TLS handshake", tls_error);
        }
    }
    std::optional<Error> refused = co_await upgrade(name);
    if (!refused && cut_) {
        refused = ended_in("handshake", asio::error::timed_out);
    }
    co_return refused;
}

template <class Transport>
asio::awaitable<ErrorCode> Connection<Transport>::shake_hands_tls(std::string const& name) {
    TlsSocket& tls = websocket_.next_layer();
    tls.set_verify_callback(asio::ssl::host_name_verification(name));
    if (!ip_family(name)) {  // A server name is never an address (RFC 6066 §3).
        SSL_set_tlsext_host_name(tls.native_handle(), name.c_str());
    }
    auto [error] = co_await tls.async_handshake(TlsSocket::client, kAwait);
    co_return error;
}

template <class Transport>
asio::awaitable<std::optional<Error>> Connection<Transport>::upgrade(std::string const& name) {
    websocket_.read_message_max(limits::push_frame_bytes_max);
    websocket_.control_callback([this](websocket::frame_type, std::string_view) { alive(); });
    websocket_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(http::field::sec_websocket_protocol, push::kSubprotocol);
    }));
    websocket::response_type response;
    auto [error] = co_await websocket_.async_handshake(response, name, push::kPath, kAwait);
    if (error) {
        co_return ended_in("handshake answered " + std::to_string(response.result_int()), error);
    }
    if (response[http::field::sec_websocket_protocol] != push::kSubprotocol) {
        co_return ended_in("handshake without our subprotocol", {});
    }
    phase_ = Phase::open;
    alive();
    co_return std::nullopt;
}

template <class Transport>
void Connection<Transport>::start_writer() {
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
        asio::co_spawn(io_, write(), std::move(ended));
    } catch (...) {
        writing_ = false;
        throw;
    }
}

template <class Transport>
asio::awaitable<Error> Connection<Transport>::read(LinkOwner& owner) {
    beast::flat_buffer buffer;
    for (;;) {
        auto [error, bytes] = co_await websocket_.async_read_some(buffer, kReadBytes, kAwait);
        if (error) {
            co_return ended_in("stream", error);
        }
        alive();
        if (!websocket_.is_message_done()) {
            continue;
        }
        if (!websocket_.got_text()) {
            co_return ended_in("stream sent a binary message", {});
        }
        owner.received(
            *this, std::string_view(static_cast<char const*>(buffer.data().data()), buffer.size()));
        buffer.clear();
        if (buffer.capacity() > kKeptBytes) {
            buffer.shrink_to_fit();
        }
    }
}

template <class Transport>
asio::awaitable<void> Connection<Transport>::write() {
    bool going = true;
    while (going && !cut_) {
        if (!has_work()) {
            wake_.expires_at(TimePoint::max());
            co_await wake_.async_wait(kAwait);
        } else if (std::exchange(ping_, false)) {
            auto [error] = co_await websocket_.async_ping({}, kAwait);
            going = !error;
        } else if (!texts_.empty()) {
            std::string const text = std::move(texts_.front());
            texts_.pop_front();
            websocket_.text(true);
            auto [error, bytes] = co_await websocket_.async_write(asio::buffer(text), kAwait);
            going = !error;
        } else {
            co_await websocket_.async_close(websocket::close_code::normal, kAwait);
            going = false;
        }
    }
}

template <class Transport>
asio::awaitable<void> Connection<Transport>::wait_for_writer() {
    while (writing_) {
        writer_ended_.expires_at(TimePoint::max());
        co_await writer_ended_.async_wait(kAwait);
    }
}

template <class Transport>
void Connection<Transport>::cut() {
    cut_ = true;
    ErrorCode ignored;
    beast::get_lowest_layer(websocket_).close(ignored);
    wake_.cancel();
}

}  // namespace
}  // namespace holdfast::control
