#include "dataplane/relay/transport.hpp"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace holdfast::relay {

namespace {

IoResult from_errno() noexcept {
    bool const later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {0, later ? IoStatus::would_block : IoStatus::failed, errno != EINTR};
}

}  // namespace

Transport::Transport(int fd, SslPtr ssl) noexcept : fd_(fd), ssl_(std::move(ssl)) {
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
}

Transport::Transport(Transport&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)) {}

Transport& Transport::operator=(Transport&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        ssl_ = std::move(other.ssl_);
    }
    return *this;
}

IoResult Transport::handshake() noexcept {
    if (!ssl_) return {0, IoStatus::ok};
    ERR_clear_error();
    int const result = SSL_do_handshake(ssl_.get());
    if (result == 1) return {0, IoStatus::ok};
    return from_ssl(result, 0);
}

IoResult Transport::read(MutableBytes buffer) noexcept {
    if (ssl_) {
        ERR_clear_error();
        std::size_t bytes = 0;
        int const result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &bytes);
        return from_ssl(result, bytes);
    }
    ssize_t const n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0) return from_errno();
    if (n == 0) return {0, IoStatus::eof, true};
    auto const bytes = static_cast<std::size_t>(n);
    return {bytes, IoStatus::ok, bytes < buffer.size()};
}

IoResult Transport::write(Bytes data) noexcept {
    if (ssl_) return write_tls(data);
    ssize_t const n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (n < 0) return from_errno();
    return {static_cast<std::size_t>(n), IoStatus::ok};
}

/// OpenSSL writes one record of 16 KiB a call, whatever room the kernel has.
IoResult Transport::write_tls(Bytes data) noexcept {
    std::size_t written = 0;
    while (written < data.size()) {
        ERR_clear_error();
        auto const rest = data.subspan(written);
        std::size_t bytes = 0;
        int const result = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &bytes);
        auto const step = from_ssl(result, bytes);
        if (step.status == IoStatus::would_block) break;
        if (step.status != IoStatus::ok) return {0, IoStatus::failed};
        written += step.bytes;
    }
    return {written, written > 0 ? IoStatus::ok : IoStatus::would_block};
}

IoStatus Transport::shutdown_write() noexcept {
    if (ssl_ && SSL_is_init_finished(ssl_.get())) {
        ERR_clear_error();
        // Sends our close_notify; the peer's is read later, if it comes.
        int const result = SSL_shutdown(ssl_.get());
        if (result < 0 && from_ssl(result, 0).status == IoStatus::would_block) {
            return IoStatus::would_block;
        }
        ERR_clear_error();
    }
    ::shutdown(fd_, SHUT_WR);
    return IoStatus::ok;
}

void Transport::abort_on_close() noexcept {
    linger const reset{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void Transport::close() noexcept {
    ssl_.reset();
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

/// OpenSSL's answer in our terms. A FIN without close_notify is a failure: somebody may have cut
/// the stream short (RFC 8446 §6.1).
IoResult Transport::from_ssl(int result, std::size_t bytes) noexcept {
    if (result == 1) return {bytes, IoStatus::ok};
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {0, IoStatus::would_block, true};
        case SSL_ERROR_ZERO_RETURN:
            return {0, IoStatus::eof, true};
        default:
            ERR_clear_error();
            return {0, IoStatus::failed, true};
    }
}

}  // namespace holdfast::relay
