// Goal: what the engine promises on plain sockets holds over TLS, whose records, close_notify and
// reading ahead are its own.
// Method: a client with a TLS session on one side, a plain backend on the other.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "tests/component/relay/engine_fixture.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::relay {
namespace {

struct ContextDelete {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, ContextDelete>;

ContextPtr server_context() {
    auto const certificate = holdfast::test::make_certificate("chat.example.com");
    auto const reader = [](std::string const& pem) {
        return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    };
    ContextPtr context(SSL_CTX_new(TLS_server_method()));
    BIO* const chain = reader(certificate.chain_pem);
    BIO* const key = reader(certificate.key_pem);
    X509* const leaf = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    EVP_PKEY* const private_key = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), leaf), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), private_key), 1);
    EVP_PKEY_free(private_key);
    X509_free(leaf);
    BIO_free(key);
    BIO_free(chain);
    return context;
}

/// A client's end of a TLS connection; nothing here blocks.
class TlsSocket {
public:
    TlsSocket(int fd, SSL_CTX* context) : fd_(fd), ssl_(SSL_new(context)) {
        timeval const at_once{0, 1};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &at_once, sizeof at_once);
        SSL_set_fd(ssl_.get(), fd);
        SSL_set_connect_state(ssl_.get());
        SSL_set_mode(ssl_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    ~TlsSocket() { close(); }
    TlsSocket(TlsSocket const&) = delete;
    TlsSocket& operator=(TlsSocket const&) = delete;

    [[nodiscard]] bool shakes_hands() { return SSL_do_handshake(ssl_.get()) == 1; }
    /// As much as goes without waiting.
    std::size_t send_some(Bytes bytes) {
        std::size_t sent = 0;
        std::size_t n = 0;
        while (sent < bytes.size() &&
               SSL_write_ex(ssl_.get(), bytes.data() + sent, bytes.size() - sent, &n) == 1)
            sent += n;
        return sent;
    }
    void send(Bytes bytes) { ASSERT_EQ(send_some(bytes), bytes.size()); }
    ByteVector const& receive() {
        std::uint8_t buffer[16384];
        for (;;) {
            ERR_clear_error();
            std::size_t n = 0;
            int const result = SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &n);
            if (result != 1) {
                if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) notified_ = true;
                return received_;
            }
            received_.insert(received_.end(), buffer, buffer + n);
        }
    }
    /// The gateway's close_notify has come.
    [[nodiscard]] bool was_notified() { return receive(), notified_; }
    void notify() { SSL_shutdown(ssl_.get()); }
    void shutdown() const { ::shutdown(fd_, SHUT_WR); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
    SslPtr ssl_;
    ByteVector received_;
    bool notified_ = false;
};

struct TlsEngineTest : EngineTest {
    TlsEngineTest() {
        std::signal(SIGPIPE, SIG_IGN);  // As both programs do: OpenSSL writes without MSG_NOSIGNAL.
        auto const [client_fd, client_inner] = tcp_pair();
        auto const [backend_fd, backend_inner] = tcp_pair();
        SslPtr ssl(SSL_new(server.get()));
        SSL_set_accept_state(ssl.get());
        Transport inner(client_inner, std::move(ssl));
        client = std::make_unique<TlsSocket>(client_fd, context.get());
        backend = std::make_unique<Socket>(backend_fd);
        EXPECT_TRUE(run_until([&] {
            bool const theirs = client->shakes_hands();
            return inner.handshake().status == IoStatus::ok && theirs;
        }));
        adopt(std::move(inner), Transport(backend_inner));
    }

    [[nodiscard]] bool run_until_client_has(ByteVector const& bytes) {
        return run_until([&] { return client->receive() == bytes; });
    }

    ContextPtr server = server_context();
    ContextPtr context{SSL_CTX_new(TLS_client_method())};
    std::unique_ptr<TlsSocket> client;
    std::unique_ptr<Socket> backend;
};

TEST_F(TlsEngineTest, PassesMessagesBothWays) {
    client->send(client_text("up"));
    backend->send(backend_text("down"));
    EXPECT_TRUE(run_until_received(*backend, client_text("up")));
    EXPECT_TRUE(run_until_client_has(backend_text("down")));
}

TEST_F(TlsEngineTest, PassesAMessageOfManyRecordsWithoutWaitingForAnEdge) {
    auto const message = test::frame_of_size({}, 60'000);
    backend->send(message);
    EXPECT_TRUE(run_until_client_has(message));

    auto const question = test::frame_of_size({.masking = Masking::required}, 60'000);
    client->send(question);
    EXPECT_TRUE(run_until_received(*backend, question));
}

TEST_F(TlsEngineTest, StopsAFastBackendWhoseClientDoesNotReadAndLosesNothing) {
    auto const message = test::frame_of_size({}, 60'000);
    ByteVector sent;
    ByteVector rest;
    EXPECT_TRUE(run_until([&] {
        if (rest.empty()) rest = message;
        auto const n = static_cast<std::ptrdiff_t>(backend->send_some(rest));
        sent.insert(sent.end(), rest.begin(), rest.begin() + n);
        rest.erase(rest.begin(), rest.begin() + n);
        return n == 0 && cells.paused_directions.get() == 1;
    }));
    EXPECT_LE(cells.send_buffer_bytes.get(), 200'000u);

    EXPECT_TRUE(run_until([&] {
        auto const n = static_cast<std::ptrdiff_t>(backend->send_some(rest));
        sent.insert(sent.end(), rest.begin(), rest.begin() + n);
        rest.erase(rest.begin(), rest.begin() + n);
        return rest.empty() && client->receive().size() == sent.size();
    }));
    EXPECT_EQ(client->receive(), sent);
    EXPECT_EQ(cells.paused_directions.get(), 0u);
}

TEST_F(TlsEngineTest, EndsADrainedSessionWithCloseFrameAndCloseNotify) {
    close_all(Reason::drain, 1012);
    ASSERT_TRUE(run_until_client_has(close_of(1012, "service restart")));
    client->send(test::frame({.opcode = 8, .masking = Masking::required}, "\x03\xf4"));
    EXPECT_TRUE(run_until([&] { return client->was_notified(); }));
    client->notify();
    client->close();
    backend->close();
    ASSERT_TRUE(run_until([&] { return engine->size() == 0; }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::drain);
    EXPECT_EQ(log.lines.at(0).code, 1012);
}

TEST_F(TlsEngineTest, TakesACloseNotifyForAHalfClose) {
    client->send(client_text("last question"));
    client->notify();
    ASSERT_TRUE(run_until([&] { return backend->at_eof(); }));
    EXPECT_EQ(backend->receive(), client_text("last question"));
    backend->send(backend_text("answer"));
    EXPECT_TRUE(run_until_client_has(backend_text("answer")));
    backend->close();
    ASSERT_TRUE(run_until([&] { return client->was_notified(); }));
    client->close();
    ASSERT_TRUE(run_until([&] { return engine->size() == 0; }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::client_eof);
}

TEST_F(TlsEngineTest, TakesAFinWithoutCloseNotifyForALostClient) {
    client->send(client_text("cut"));
    ASSERT_TRUE(run_until_received(*backend, client_text("cut")));
    client->shutdown();
    EXPECT_TRUE(run_until([&] { return backend->was_reset(); }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::client_lost);
}

}  // namespace
}  // namespace holdfast::relay
