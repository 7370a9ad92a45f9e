#include "controller/push/push_stream.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/push/frames.hpp"
#include "common/push/web_socket.hpp"
#include "controller/push/identity.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::controller {
namespace {

using UpgradeRequest = http::request<http::empty_body>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

template <class Socket>
asio::awaitable<bool> upgrade(Socket& socket);
http::status judge(UpgradeRequest const& request);
http::response<http::string_body> refusal(UpgradeRequest const& request, http::status status);
std::string peer_name(push::TcpSocket const& socket);

}  // namespace

asio::awaitable<void> serve_stream(push::LocalSocket socket, StreamId id, StreamOwner& owner) {
    auto on = std::make_unique<push::WebSocket>(std::in_place_type<push::LocalWebSocket>,
                                                std::move(socket));
    return PushStream::live(std::make_unique<PushStream>(id, "unix", std::move(on), owner));
}

asio::awaitable<void> serve_stream(push::TcpSocket socket, std::shared_ptr<asio::ssl::context> tls,
                                   StreamId id, StreamOwner& owner) {
    std::string peer = peer_name(socket);
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    // Keeps what it needs of the context alive.
    auto on = std::make_unique<push::WebSocket>(std::in_place_type<push::TlsWebSocket>,
                                                std::move(socket), *tls);
    return PushStream::live(
        std::make_unique<PushStream>(id, std::move(peer), std::move(on), owner));
}

PushStream::PushStream(StreamId id, std::string peer, std::unique_ptr<push::WebSocket> socket,
                       StreamOwner& owner)
    : Stream(id, std::move(socket)), peer_(std::move(peer)), owner_(owner) {}

bool PushStream::may_ask_for(std::string const& gateway) const {
    return !gateways_ || std::ranges::find(*gateways_, gateway) != gateways_->end();
}

void PushStream::offer(Outgoing outgoing) {
    table_ = std::move(outgoing);
    wake();
}

void PushStream::say_goaway() {
    goaway_ = true;
    wake();
}

/// The frame owns the stream: nothing is destroyed while an operation is pending on it.
asio::awaitable<void> PushStream::live(std::unique_ptr<PushStream> stream) {
    stream->owner_.opened(*stream);
    // Whatever happens on the way, the writer ends before the stream, and the owner is told.
    try {
        if (co_await stream->shake_hands()) {
            co_await stream->exchange();
        }
    } catch (std::exception const& failure) {
        log::error("push stream ended in an exception",
                   {{"peer", stream->peer()}, {"error", failure.what()}});
    }
    co_await stream->finish();
    stream->owner_.closed(*stream);
}

asio::awaitable<bool> PushStream::shake_hands() {
    if (auto* const secured = std::get_if<push::TlsWebSocket>(&socket())) {
        push::TlsSocket& tls = secured->next_layer();
        auto [error] = co_await tls.async_handshake(push::TlsSocket::server, kAwait);
        if (error) {
            log::info("push handshake failed", {{"peer", peer()}, {"error", error.message()}});
            co_return false;
        }
        // Verified already: without a certificate from our CA there is no handshake.
        gateways_ = gateways_of(SSL_get0_peer_certificate(tls.native_handle()));
    }
    bool const upgraded = co_await std::visit([](auto& on) { return upgrade(on); }, socket());
    co_return upgraded;
}

PushStream::Text PushStream::next() {
    if (table_ && !is_closing()) {
        return std::exchange(table_, std::nullopt)->text;
    }
    if (std::exchange(goaway_, false)) {
        return std::make_shared<std::string const>(push::encode(push::ToDataplane(push::GoAway{})));
    }
    return nullptr;
}

void PushStream::received(std::string_view text) { owner_.received(*this, text); }

namespace {

template <class Socket>
asio::awaitable<bool> upgrade(Socket& socket) {
    beast::flat_buffer buffer;
    http::request_parser<http::empty_body> parser;
    parser.header_limit(limits::admin_head_bytes_max);
    auto [read_error, bytes] =
        co_await http::async_read(socket.next_layer(), buffer, parser, kAwait);
    if (read_error) {
        co_return false;
    }
    http::status const verdict = judge(parser.get());
    if (verdict != http::status::switching_protocols) {
        auto const response = refusal(parser.get(), verdict);
        co_await http::async_write(socket.next_layer(), response, kAwait);
        co_return false;
    }
    socket.read_message_max(limits::push_answer_bytes_max);
    socket.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(http::field::sec_websocket_protocol, push::kSubprotocol);
    }));
    auto [accept_error] = co_await socket.async_accept(parser.get(), kAwait);
    co_return !accept_error;
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

http::response<http::string_body> refusal(UpgradeRequest const& request, http::status status) {
    http::response<http::string_body> response(status, request.version());
    response.keep_alive(false);
    response.body() = "this port speaks " + std::string(push::kSubprotocol) + " at " +
                      std::string(push::kPath) + "\n";
    response.prepare_payload();
    return response;
}

std::string peer_name(push::TcpSocket const& socket) {
    boost::system::error_code error;
    auto const endpoint = socket.remote_endpoint(error);
    return error ? "unknown"
                 : endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace
}  // namespace holdfast::controller
