#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::test {

/// How a peer's bytes ended.
enum class Ending : std::uint8_t { none, fin, reset, timeout };

/// A blocking TCP connection that sends and shows exactly the bytes it is told to. Every wait ends
/// after ten seconds, so that a test fails instead of hanging.
class RawSocket {
public:
    RawSocket() = default;
    explicit RawSocket(int fd) noexcept : fd_(fd) {}
    RawSocket(RawSocket&& other) noexcept;
    RawSocket& operator=(RawSocket&& other) noexcept;
    ~RawSocket();

    /// To 127.0.0.1.
    [[nodiscard]] static RawSocket connect(std::uint16_t port);

    struct Tls {
        std::string server_name;  ///< Empty: none is sent.
        std::string alpn;         ///< One protocol; empty: no ALPN.
    };
    /// The client's TLS handshake, without verification. False when the server refuses it.
    [[nodiscard]] bool start_tls(Tls const& options);
    /// Common name of the certificate that the server has shown.
    [[nodiscard]] std::string peer_name() const;

    /// False when the peer takes no more.
    bool send(std::string_view bytes);
    /// Up to and including `mark`; what came behind it stays for the next read. Shorter when the
    /// peer ended first.
    [[nodiscard]] std::string read_until(std::string_view mark);
    [[nodiscard]] std::string read_exactly(std::size_t size);
    [[nodiscard]] std::string read_to_end();
    /// Of the last read that came short.
    [[nodiscard]] Ending ending() const noexcept { return ending_; }

    /// Sends a FIN and goes on reading.
    void shutdown_write();
    void close();
    /// Closes with a reset.
    void reset();

    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    struct SslDelete {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };
    bool fill();
    [[nodiscard]] bool wait_readable() const;

    int fd_ = -1;
    std::unique_ptr<SSL_CTX, SslDelete> context_;
    std::unique_ptr<SSL, SslDelete> ssl_;
    std::string unread_;
    Ending ending_ = Ending::none;
};

/// A status line and fields, as a peer sent them.
struct Head {
    std::string text;

    [[nodiscard]] int status() const;
    /// The value of the only field of that name (written as it is on the wire); empty for none.
    [[nodiscard]] std::string field(std::string_view name) const;
    [[nodiscard]] std::string start_line() const;
};
[[nodiscard]] Head read_head(RawSocket& socket);

/// A WebSocket frame, masked as a client's or bare as a backend's.
[[nodiscard]] std::string client_frame(std::string_view payload, unsigned opcode = 1);
[[nodiscard]] std::string server_frame(std::string_view payload, unsigned opcode = 1);
/// A frame that begins a message and does not end it; continuations have opcode 0.
[[nodiscard]] std::string server_fragment(std::string_view payload);
/// A Close frame's payload.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason = {});

struct Frame {
    unsigned opcode = 0;  ///< 0 when none came.
    std::string payload;  ///< Unmasked.

    [[nodiscard]] std::uint16_t close_code() const;
};
[[nodiscard]] Frame read_frame(RawSocket& socket);

}  // namespace holdfast::test
