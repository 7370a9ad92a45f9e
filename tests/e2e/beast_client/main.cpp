// The exercise of tests/e2e/harness/exercise.py, done by Boost.Beast's own WebSocket client:
// e2e_beast_client ws://HOST:PORT/PATH. Prints one JSON line with the steps done.

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Socket = websocket::stream<asio::ip::tcp::socket>;

enum class Kind { text, binary };

struct Url {
    std::string host;
    std::string port;
    std::string path;
};

boost::json::array messages_and_pings(Url const& url);
boost::json::array backend_closes(Url const& url);
Url parse(std::string_view text);
Socket open(asio::io_context& context, Url const& url);
void send(Socket& socket, std::string const& message, Kind kind = Kind::text);
void echo(Socket& socket, std::string const& message, Kind kind = Kind::text);
std::string receive(Socket& socket);
void demand(bool condition, std::string const& what);
std::string pattern(std::size_t size);
void expect_pings(Socket& socket);

}  // namespace

int main(int argc, char** argv) try {
    demand(argc == 2, "one argument is needed: ws://HOST:PORT/PATH");
    Url const url = parse(argv[1]);
    boost::json::array steps = messages_and_pings(url);
    for (auto const& step : backend_closes(url)) {
        steps.push_back(step);
    }
    std::cout << boost::json::serialize(boost::json::object{{"steps", steps}}) << std::endl;
    return 0;
} catch (std::exception const& error) {
    std::cerr << "e2e_beast_client: " << error.what() << '\n';
    return 1;
}

namespace {

boost::json::array messages_and_pings(Url const& url) {
    asio::io_context context;
    Socket socket = open(context, url);
    boost::json::array steps{"subprotocol"};
    for (std::string const text : {"hello", "grüße, 世界 🚀", ""}) {
        echo(socket, text);
    }
    steps.push_back("text");
    for (std::size_t const size : {256, 0, 125, 126, 65535, 65536}) {
        echo(socket, pattern(size), Kind::binary);
    }
    steps.push_back("binary");
    echo(socket, pattern(1 << 20), Kind::binary);
    echo(socket, std::string(1 << 20, 'x'));
    steps.push_back("megabyte");
    expect_pings(socket);
    steps.push_back("client-ping");
    steps.push_back("backend-ping");
    socket.close({static_cast<websocket::close_code>(4001), "client is done"});
    demand(socket.reason().code == 4001, "the Close frame was not answered in kind");
    steps.push_back("client-close");
    return steps;
}

boost::json::array backend_closes(Url const& url) {
    asio::io_context context;
    Socket socket = open(context, url);
    send(socket, "!close 4002 backend is done");
    beast::flat_buffer buffer;
    beast::error_code error;
    socket.read(buffer, error);
    demand(error == websocket::error::closed, "closed with " + error.message());
    demand(socket.reason().code == 4002, "closed as " + std::to_string(socket.reason().code));
    demand(socket.reason().reason == "backend is done", "another close reason");
    return {"backend-close"};
}

// Control frames are handled inside read(), so an echo behind a ping brings its pong along.
void expect_pings(Socket& socket) {
    std::string pong;
    std::string ping;
    socket.control_callback([&](websocket::frame_type type, beast::string_view payload) {
        (type == websocket::frame_type::pong ? pong : ping) = std::string(payload);
    });
    socket.ping("are you there");
    echo(socket, "behind the ping");
    send(socket, "!ping from-the-backend");
    demand(receive(socket) == "!ponged", "the backend got no pong");
    demand(pong == "are you there", "pong with payload '" + pong + "'");
    demand(ping == "from-the-backend", "ping with payload '" + ping + "'");
    socket.control_callback();
}

Url parse(std::string_view text) {
    constexpr std::string_view scheme = "ws://";
    demand(text.starts_with(scheme), "not a ws:// URL");
    text.remove_prefix(scheme.size());
    auto const slash = text.find('/');
    auto const authority = text.substr(0, slash);
    auto const colon = authority.rfind(':');
    demand(colon != std::string_view::npos, "the URL needs a port");
    return {.host = std::string(authority.substr(0, colon)),
            .port = std::string(authority.substr(colon + 1)),
            .path = slash == std::string_view::npos ? "/" : std::string(text.substr(slash))};
}

Socket open(asio::io_context& context, Url const& url) {
    Socket socket(context);
    asio::ip::tcp::resolver resolver(context);
    asio::connect(socket.next_layer(), resolver.resolve(url.host, url.port));
    websocket::permessage_deflate deflate;
    deflate.client_enable = true;
    socket.set_option(deflate);
    socket.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(beast::http::field::sec_websocket_protocol, "echo.v1, other");
    }));
    socket.read_message_max(0);
    websocket::response_type answer;
    socket.handshake(answer, url.host + ':' + url.port, url.path);
    demand(answer[beast::http::field::sec_websocket_protocol] == "echo.v1", "another subprotocol");
    return socket;
}

void send(Socket& socket, std::string const& message, Kind kind) {
    socket.text(kind == Kind::text);
    socket.write(asio::buffer(message));
}

std::string receive(Socket& socket) {
    beast::flat_buffer buffer;
    socket.read(buffer);
    return beast::buffers_to_string(buffer.data());
}

void echo(Socket& socket, std::string const& message, Kind kind) {
    send(socket, message, kind);
    std::string const answer = receive(socket);
    demand(socket.got_text() == (kind == Kind::text) && answer == message,
           "sent " + std::to_string(message.size()) + " bytes, got another message of " +
               std::to_string(answer.size()));
}

std::string pattern(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<char>((i * 31 + (i >> 8)) & 255);
    }
    return out;
}

void demand(bool condition, std::string const& what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

}  // namespace
