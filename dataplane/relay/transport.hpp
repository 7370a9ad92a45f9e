#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace holdfast::relay {

using Bytes = std::span<std::uint8_t const>;
using MutableBytes = std::span<std::uint8_t>;

/// Texts are read and written by the parsers of HTTP; transports move bytes.
[[nodiscard]] inline Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(Bytes bytes) noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

enum class IoStatus : std::uint8_t {
    ok,           ///< `bytes` (at least one) were moved.
    would_block,  ///< Nothing now; try again when the descriptor has an edge.
    eof,          ///< Read: the peer's FIN; with TLS, its close_notify.
    failed,       ///< Reset, timed out, or a TLS fault: nothing more will come.
};

struct IoResult {
    std::size_t bytes = 0;
    IoStatus status = IoStatus::would_block;
    /// Read: the kernel had no more than this, so the next byte brings a new edge.
    bool drained = false;
};

struct SslDelete {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslDelete>;

/// One connected, non-blocking socket, plain or TLS; owns the descriptor and the SSL object.
///
/// The handshake reads and writes through it while Asio waits for the descriptor, then the relay
/// does. A closed variant and not an interface: the plain path costs one branch and one syscall.
///
/// Threads  none; one worker's.
/// Lifetime closes on destruction. With unread input the kernel then resets the connection and
///          may destroy what was written but not read yet: shut down and wait for the FIN first.
class Transport {
public:
    Transport() noexcept = default;
    /// Takes the descriptor, which must be non-blocking.
    explicit Transport(int fd) noexcept : fd_(fd) {}
    /// TLS over `fd`; `ssl` has its role and context set, and its handshake yet to do.
    Transport(int fd, SslPtr ssl) noexcept;
    Transport(Transport&& other) noexcept;
    Transport& operator=(Transport&& other) noexcept;
    ~Transport() { close(); }

    /// One step of the TLS handshake: ok when it is done. Plain: ok at once.
    [[nodiscard]] IoResult handshake() noexcept;
    /// `buffer` must not be empty.
    [[nodiscard]] IoResult read(MutableBytes buffer) noexcept;
    /// `data` must not be empty. Taking only a part means that the kernel takes no more before the
    /// next edge; the caller keeps the rest, and with TLS offers it again before anything else.
    [[nodiscard]] IoResult write(Bytes data) noexcept;
    /// TLS: close_notify; then FIN. What was written before is still delivered. `would_block`: the
    /// close_notify waits for room in the kernel, and this is to be called again; else ok.
    [[nodiscard]] IoStatus shutdown_write() noexcept;
    /// Makes close() reset the connection.
    void abort_on_close() noexcept;
    void close() noexcept;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] bool is_tls() const noexcept { return ssl_ != nullptr; }
    [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }

private:
    [[nodiscard]] IoResult write_tls(Bytes data) noexcept;
    [[nodiscard]] IoResult from_ssl(int result, std::size_t bytes) noexcept;

    int fd_ = -1;
    SslPtr ssl_;
};

}  // namespace holdfast::relay
