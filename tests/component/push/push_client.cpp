#include "tests/component/push/push_client.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <array>
#include <type_traits>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace holdfast::test {
namespace {

using ErrorCode = boost::system::error_code;
using LocalSocket = asio::local::stream_protocol::socket;
using TcpSocket = asio::ip::tcp::socket;
using TlsSocket = asio::ssl::stream<TcpSocket>;

/// What makes a stream of either kind, in the order in which it must live.
struct Base {
    asio::io_context io{1};
    asio::ssl::context tls{asio::ssl::context::tls_client};
};

template <class Transport>
class Client final : private Base, public PushClient {
public:
    template <class... Args>
    explicit Client(Args&&... args) : websocket_(io, std::forward<Args>(args)...) {
        websocket_.control_callback([this](websocket::frame_type type, std::string_view) {
            pings_ += type == websocket::frame_type::ping ? 1 : 0;
        });
        websocket_.read_message_max(256 * 1024 * 1024);
    }

    Transport& transport() { return websocket_.next_layer(); }

    void upgrade(Dial const& dial) {
        websocket_.set_option(
            websocket::stream_base::decorator([&](websocket::request_type& request) {
                if (!dial.subprotocol.empty()) {
                    request.set(http::field::sec_websocket_protocol, dial.subprotocol);
                }
            }));
        websocket::response_type response;
        ErrorCode const error = run(
            [&](auto done) { websocket_.async_handshake(response, "localhost", dial.path, done); });
        connected_ = !error;
        if (error == websocket::error::upgrade_declined) {
            refused_with_ = response.result_int();
        }
    }

    void send_text(std::string_view text) override {
        websocket_.text(true);
        write(text);
    }
    void send_binary(std::string_view bytes) override {
        websocket_.binary(true);
        write(bytes);
    }
    std::uint16_t wait_for_close() override {
        while (receive_text()) {
        }
        if (!ended_) fail("the stream did not end");
        return websocket_.reason().code;
    }
    bool wait_for_pings(int count) override {
        // Frames are not expected here: the one read stays pending while pings come.
        return run_until([&] { return pings_ >= count; });
    }
    std::string server_certificate() override;

    /// Runs one operation to its end or out of patience.
    template <class Start>
    ErrorCode run(Start start) {
        std::optional<ErrorCode> result;
        start([&](ErrorCode error, auto&&...) { result = error; });
        io.restart();
        while (!result && io.run_one_for(kPatience) > 0) {
        }
        return result.value_or(asio::error::timed_out);
    }

protected:
    std::optional<std::string> receive_text() override {
        return run_until([&] { return arrived_ || ended_; }) && arrived_
                   ? std::exchange(arrived_, std::nullopt)
                   : std::nullopt;
    }

private:
    template <class Condition>
    bool run_until(Condition met) {
        start_reading();
        auto const deadline = std::chrono::steady_clock::now() + kPatience;
        io.restart();
        while (!met() && !ended_ && std::chrono::steady_clock::now() < deadline) {
            io.run_one_for(kPatience);
        }
        return met();
    }
    void start_reading() {
        if (reading_ || ended_ || arrived_) return;
        reading_ = true;
        websocket_.async_read(buffer_, [this](ErrorCode error, std::size_t) {
            reading_ = false;
            ended_ = ended_ || error;
            if (!error) {
                arrived_ = beast::buffers_to_string(buffer_.data());
                buffer_.clear();
            }
        });
    }
    void write(std::string_view bytes) {
        run([&](auto done) { websocket_.async_write(asio::buffer(bytes), done); });
    }

    websocket::stream<Transport> websocket_;
    beast::flat_buffer buffer_;
    std::optional<std::string> arrived_;
    bool reading_ = false;
    bool ended_ = false;
    int pings_ = 0;
};

}  // namespace

std::unique_ptr<PushClient> PushClient::over_unix(std::string const& path, Dial const& dial) {
    auto client = std::make_unique<Client<LocalSocket>>();
    ErrorCode error;
    client->transport().connect(asio::local::stream_protocol::endpoint(path), error);
    if (!error) {
        client->upgrade(dial);
    }
    return client;
}

std::unique_ptr<PushClient> PushClient::over_tls(Address const& address, ClientFiles const& files,
                                                 Dial const& dial) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(files.ca);
    tls.set_verify_mode(asio::ssl::verify_peer);
    if (!files.certificate.empty()) {
        tls.use_certificate_chain_file(files.certificate);
        tls.use_private_key_file(files.key, asio::ssl::context::pem);
    }
    auto client = std::make_unique<Client<TlsSocket>>(tls);
    client->transport().set_verify_callback(asio::ssl::host_name_verification("localhost"));
    ErrorCode error;
    client->transport().next_layer().connect({asio::ip::make_address(address.host), address.port},
                                             error);
    if (!error) {
        error = client->run(
            [&](auto done) { client->transport().async_handshake(TlsSocket::client, done); });
    }
    if (!error) {
        client->upgrade(dial);
    }
    return client;
}

std::optional<push::ToDataplane> PushClient::receive() {
    auto const text = receive_text();
    if (!text) {
        return std::nullopt;
    }
    auto frame = push::decode_to_dataplane(*text);
    if (!frame || !*frame) {
        fail("not a frame: " + text->substr(0, 200));
        return std::nullopt;
    }
    return **std::move(frame);
}

void PushClient::fail(std::string const& why) { ADD_FAILURE() << why; }

namespace {

template <class Transport>
std::string Client<Transport>::server_certificate() {
    std::string digest;
    if constexpr (std::is_same_v<Transport, TlsSocket>) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned size = 0;
        X509* const certificate = SSL_get0_peer_certificate(transport().native_handle());
        X509_digest(certificate, EVP_sha256(), bytes.data(), &size);
        digest.assign(bytes.begin(), bytes.begin() + size);
    }
    return digest;
}

}  // namespace
}  // namespace holdfast::test
