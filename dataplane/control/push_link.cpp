#include "dataplane/control/push_link.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <exception>
#include <utility>

#include "common/base/limits.hpp"
#include "common/push/frames.hpp"
#include "common/push/web_socket.hpp"
#include "dataplane/control/client_tls.hpp"

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::control {
namespace {

using ErrorCode = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Failure ended_in(std::string phase, ErrorCode cause) { return {cause, std::move(phase)}; }

template <class Socket>
asio::awaitable<std::optional<Failure>> upgrade(Socket& socket, std::string const& name);

}  // namespace

asio::awaitable<Failure> run_link(asio::io_context& io, Peer peer, PushTlsFiles const& tls,
                                  StreamId id, LinkOwner& owner) {
    std::unique_ptr<push::WebSocket> socket;
    if (std::holds_alternative<std::string>(peer.endpoint)) {
        socket = std::make_unique<push::WebSocket>(std::in_place_type<push::LocalWebSocket>, io);
    } else {
        auto const context = load_client_tls(tls);
        if (!context) {
            co_return context.error();
        }
        // Keeps what it needs of the context alive.
        socket = std::make_unique<push::WebSocket>(std::in_place_type<push::TlsWebSocket>, io,
                                                   **context);
    }
    auto link = std::make_unique<PushLink>(id, std::move(socket), owner);
    co_return co_await PushLink::live(std::move(link), std::move(peer));
}

std::string to_string(Peer const& peer) {
    if (auto const* const path = std::get_if<std::string>(&peer.endpoint)) {
        return *path;
    }
    auto const& endpoint = std::get<asio::ip::tcp::endpoint>(peer.endpoint);
    return to_string(Address{endpoint.address().to_string(), endpoint.port()});
}

PushLink::PushLink(StreamId id, std::unique_ptr<push::WebSocket> socket, LinkOwner& owner)
    : Stream(id, std::move(socket)), owner_(owner) {}

void PushLink::send(std::string text) {
    if (is_open() && !is_closing()) {
        texts_.push_back(std::make_shared<std::string const>(std::move(text)));
        wake();
    }
}

/// The frame owns the link: nothing is destroyed while an operation is pending on it.
asio::awaitable<Failure> PushLink::live(std::unique_ptr<PushLink> link, Peer peer) {
    link->owner_.dialling(*link);
    std::optional<Failure> end;
    // Whatever happens on the way, the writer ends before the link, and the owner is told.
    try {
        end = co_await link->dial(peer);
        if (!end) {
            link->open();
            link->owner_.opened(*link);
            end = ended_in("stream", co_await link->exchange());
        }
    } catch (std::exception const& failure) {
        end = ended_in(std::string("exception: ") + failure.what(), {});
    }
    co_await link->finish();
    link->owner_.ended(*link);
    co_return *std::move(end);
}

asio::awaitable<std::optional<Failure>> PushLink::dial(Peer const& peer) {
    std::optional<Failure> refused;
    if (auto* const plain = std::get_if<push::LocalWebSocket>(&socket())) {
        asio::local::stream_protocol::endpoint const path(std::get<std::string>(peer.endpoint));
        auto [error] = co_await plain->next_layer().async_connect(path, kAwait);
        if (error) {
            refused = ended_in("connect", error);
        }
    } else {
        refused = co_await dial_tls(peer);
    }
    if (!refused) {
        refused = co_await std::visit([&](auto& on) { return upgrade(on, peer.name); }, socket());
    }
    if (!refused && is_cut()) {
        refused = ended_in("handshake", asio::error::timed_out);
    }
    co_return refused;
}

asio::awaitable<std::optional<Failure>> PushLink::dial_tls(Peer const& peer) {
    push::TlsSocket& tls = std::get<push::TlsWebSocket>(socket()).next_layer();
    auto const endpoint = std::get<asio::ip::tcp::endpoint>(peer.endpoint);
    auto [connect_error] = co_await tls.next_layer().async_connect(endpoint, kAwait);
    if (connect_error) {
        co_return ended_in("connect", connect_error);
    }
    tls.set_verify_callback(asio::ssl::host_name_verification(peer.name));
    if (!ip_family(peer.name)) {  // A server name is never an address (RFC 6066 §3).
        SSL_set_tlsext_host_name(tls.native_handle(), peer.name.c_str());
    }
    auto [tls_error] = co_await tls.async_handshake(push::TlsSocket::client, kAwait);
    if (tls_error) {
        co_return ended_in("TLS handshake", tls_error);
    }
    co_return std::nullopt;
}

PushLink::Text PushLink::next() {
    if (texts_.empty()) {
        return nullptr;
    }
    Text text = std::move(texts_.front());
    texts_.pop_front();
    return text;
}

void PushLink::received(std::string_view text) { owner_.received(*this, text); }

namespace {

template <class Socket>
asio::awaitable<std::optional<Failure>> upgrade(Socket& socket, std::string const& name) {
    socket.read_message_max(limits::push_frame_bytes_max);
    socket.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(http::field::sec_websocket_protocol, push::kSubprotocol);
    }));
    websocket::response_type response;
    auto [error] = co_await socket.async_handshake(response, name, push::kPath, kAwait);
    if (error) {
        co_return ended_in("handshake answered " + std::to_string(response.result_int()), error);
    }
    if (response[http::field::sec_websocket_protocol] != push::kSubprotocol) {
        co_return ended_in("handshake without our subprotocol", {});
    }
    co_return std::nullopt;
}

}  // namespace
}  // namespace holdfast::control
