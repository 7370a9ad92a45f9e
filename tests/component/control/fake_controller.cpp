#include "tests/component/control/fake_controller.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <exception>
#include <type_traits>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::test {
namespace {

using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;
using TlsSocket = asio::ssl::stream<Tcp::socket>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Until the peer goes.
template <class Socket>
asio::awaitable<void> wait_for_end(Socket& socket) {
    std::array<char, 4096> ignored;
    for (;;) {
        auto [error, bytes] = co_await socket.async_read_some(asio::buffer(ignored), kAwait);
        if (error) {
            co_return;
        }
    }
}

/// What waits to be written: the reader is on the same thread, so no write may block.
template <class WebSocket>
struct Outbox {
    std::shared_ptr<WebSocket> ws;
    std::deque<std::string> texts{};
};

template <class WebSocket>
void write_first(std::shared_ptr<Outbox<WebSocket>> outbox) {
    auto const bytes = asio::buffer(outbox->texts.front());
    outbox->ws->async_write(bytes, [outbox](boost::system::error_code error, std::size_t) {
        outbox->texts.pop_front();
        if (!error && !outbox->texts.empty()) {
            write_first(outbox);
        }
    });
}

}  // namespace

FakeController::FakeController(asio::io_context& io, std::string const& path)
    : io_(io), unix_(io, Local::endpoint(path)), tcp_(io) {
    spawn(accept_unix(alive_));
}

FakeController::FakeController(asio::io_context& io, model::Certificate const& own,
                               std::string const& client_ca)
    : io_(io), unix_(io), tcp_(io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    tls_.use_certificate_chain(asio::buffer(own.chain_pem));
    tls_.use_private_key(asio::buffer(own.key_pem), asio::ssl::context::pem);
    tls_.add_certificate_authority(asio::buffer(client_ca));
    tls_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    spawn(accept_tls(alive_));
}

std::uint16_t FakeController::port() const { return tcp_.local_endpoint().port(); }

void FakeController::close() {
    boost::system::error_code ignored;
    unix_.close(ignored);
    tcp_.close(ignored);
    for (auto const& cut : std::exchange(cuts_, {})) {
        cut();
    }
}

FakeController::Task FakeController::accept_unix(Alive alive) {
    for (;;) {
        auto [error, socket] = co_await unix_.async_accept(kAwait);
        if (error || alive.expired()) {
            co_return;
        }
        spawn(serve(std::move(socket), alive));
    }
}

FakeController::Task FakeController::accept_tls(Alive alive) {
    for (;;) {
        auto [error, socket] = co_await tcp_.async_accept(kAwait);
        if (error || alive.expired()) {
            co_return;
        }
        spawn(serve(TlsSocket(std::move(socket), tls_), alive));
    }
}

template <class Transport>
FakeController::Task FakeController::serve(Transport transport, Alive alive) {
    if (alive.expired()) {
        co_return;
    }
    ++connections_;
    Manner const manner = manner_;
    auto ws = std::make_shared<websocket::stream<Transport>>(std::move(transport));
    cuts_.push_back([alive = std::weak_ptr(ws)] {
        if (auto const stream = alive.lock()) {
            beast::get_lowest_layer(*stream).close();
        }
    });
    if (manner == Manner::say_nothing) {
        co_await wait_for_end(beast::get_lowest_layer(*ws));
        co_return;
    }
    if constexpr (std::is_same_v<Transport, TlsSocket>) {
        auto [error] = co_await ws->next_layer().async_handshake(TlsSocket::server, kAwait);
        if (error) {
            co_return;
        }
    }
    if (manner == Manner::say_404) {
        beast::flat_buffer buffer;
        http::request<http::empty_body> request;
        co_await http::async_read(ws->next_layer(), buffer, request, kAwait);
        http::response<http::empty_body> const response(http::status::not_found, 11);
        co_await http::async_write(ws->next_layer(), response, kAwait);
        co_return;
    }
    ws->set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(http::field::sec_websocket_protocol, push::kSubprotocol);
    }));
    auto [refused] = co_await ws->async_accept(kAwait);
    if (refused || alive.expired()) {
        co_return;
    }
    auto stream = std::make_shared<Stream>();
    using Texts = Outbox<websocket::stream<Transport>>;
    stream->write = [outbox = std::make_shared<Texts>(Texts{ws})](std::string text) {
        outbox->texts.push_back(std::move(text));
        if (outbox->texts.size() == 1) {
            write_first(outbox);
        }
    };
    stream->be_binary = [ws] { ws->binary(true); };
    stream->cut = [ws] { beast::get_lowest_layer(*ws).close(); };
    streams_.push_back(stream);
    beast::flat_buffer buffer;
    while (manner == Manner::answer) {
        auto [error, bytes] = co_await ws->async_read(buffer, kAwait);
        if (error) {
            stream->open = false;
            stream->close_code = ws->reason().code;
            co_return;
        }
        auto const frame = push::decode_to_controller(beast::buffers_to_string(buffer.data()));
        if (frame && *frame) {
            stream->frames.push_back(**frame);
        }
        buffer.clear();
    }
}

void FakeController::spawn(Task task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

}  // namespace holdfast::test
