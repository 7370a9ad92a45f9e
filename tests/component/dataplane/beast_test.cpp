// Goal: a client and a backend with a WebSocket implementation that is not ours meet through the
// gateway as if it was not there. Method: Beast on both sides, blocking, over loopback.
#include <gmock/gmock.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <unistd.h>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using WebSocket = beast::websocket::stream<tcp::socket>;

beast::websocket::permessage_deflate compression() {
    beast::websocket::permessage_deflate options;
    options.client_enable = true;
    options.server_enable = true;
    return options;
}

void beast_echo(RawSocket& client) {
    asio::io_context io;
    tcp::socket socket(io, tcp::v4(), ::dup(client.fd()));
    WebSocket websocket(std::move(socket));
    websocket.set_option(compression());
    beast::error_code error;
    websocket.accept(error);
    while (!error) {
        beast::flat_buffer message;
        websocket.read(message, error);
        if (error) return;
        websocket.text(websocket.got_text());
        websocket.write(message.data(), error);
    }
}

class BeastClient {
public:
    explicit BeastClient(Gateway const& gateway) : websocket_(io_) {
        beast::get_lowest_layer(websocket_)
            .connect({asio::ip::address_v4::loopback(), gateway.port()});
        websocket_.set_option(compression());
        websocket_.handshake(response_, "chat.example.com", "/chat");
    }

    std::string round_trip(std::string const& message) {
        websocket_.write(asio::buffer(message));
        beast::flat_buffer answer;
        websocket_.read(answer);
        return beast::buffers_to_string(answer.data());
    }
    void close() { websocket_.close(beast::websocket::close_code::normal); }
    [[nodiscard]] std::string extensions() const {
        return std::string(response_[beast::http::field::sec_websocket_extensions]);
    }

private:
    asio::io_context io_;
    WebSocket websocket_;
    beast::websocket::response_type response_;
};

class BeastSession : public testing::Test {
protected:
    BeastSession() {
        EXPECT_THAT(gateway_.serve(chat_table(gateway_, {backend_.port()})), testing::IsEmpty());
    }

    Backend backend_{beast_echo};
    Gateway gateway_;
};

TEST_F(BeastSession, EchoesMessagesOfEverySize) {
    BeastClient client(gateway_);
    for (std::size_t const size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 1'000'000u}) {
        std::string const message(size, 'm');
        EXPECT_EQ(client.round_trip(message), message) << size;
    }
}

TEST_F(BeastSession, LetsThePeersNegotiateCompression) {
    BeastClient client(gateway_);
    EXPECT_NE(client.extensions().find("permessage-deflate"), std::string::npos);
    std::string const message(10'000, 'c');
    EXPECT_EQ(client.round_trip(message), message);
}

TEST_F(BeastSession, ClosesInOrder) {
    BeastClient client(gateway_);
    EXPECT_EQ(client.round_trip("one"), "one");
    EXPECT_NO_THROW(client.close());
    auto const lines = gateway_.log().wait_for(1);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(to_string(lines[0].reason), "client_close");
    EXPECT_EQ(lines[0].close_code, 1000);
    EXPECT_EQ(lines[0].messages_from_client, 1u);
}

}  // namespace
}  // namespace holdfast::test
