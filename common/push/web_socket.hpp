#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <variant>

namespace holdfast::push {

using LocalSocket = boost::asio::local::stream_protocol::socket;
using TcpSocket = boost::asio::ip::tcp::socket;
using TlsSocket = boost::asio::ssl::stream<TcpSocket>;
using LocalWebSocket = boost::beast::websocket::stream<LocalSocket>;
using TlsWebSocket = boost::beast::websocket::stream<TlsSocket>;

/// The WebSocket of a push stream, on either of the transports that the protocol runs on.
struct WebSocket : std::variant<LocalWebSocket, TlsWebSocket> {
    using variant::variant;
};

}  // namespace holdfast::push
