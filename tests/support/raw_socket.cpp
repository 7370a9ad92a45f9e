#include "tests/support/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "tests/support/frame_encoder.hpp"

namespace holdfast::test {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

RawSocket::RawSocket(RawSocket&& other) noexcept { *this = std::move(other); }

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
    if (this == &other) return *this;
    close();
    fd_ = std::exchange(other.fd_, -1);
    ssl_ = std::move(other.ssl_);
    context_ = std::move(other.context_);
    unread_ = std::move(other.unread_);
    ending_ = other.ending_;
    return *this;
}

RawSocket::~RawSocket() { close(); }

RawSocket RawSocket::connect(std::uint16_t port) {
    RawSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
    if (::connect(socket.fd_, generic, sizeof address) != 0) socket.close();
    return socket;
}

bool RawSocket::start_tls(Tls const& options) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    if (!options.server_name.empty()) {
        SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str());
    }
    if (!options.alpn.empty()) {
        std::string const wire = static_cast<char>(options.alpn.size()) + options.alpn;
        SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<unsigned char const*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
    }
    return SSL_connect(ssl_.get()) == 1;
}

std::string RawSocket::peer_name() const {
    X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

bool RawSocket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t sent = 0;
        if (ssl_) {
            sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        } else {
            sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawSocket::read_until(std::string_view mark) {
    std::size_t found = unread_.find(mark);
    while (found == std::string::npos) {
        if (!fill()) return std::exchange(unread_, {});
        found = unread_.find(mark);
    }
    return read_exactly(found + mark.size());
}

std::string RawSocket::read_exactly(std::size_t size) {
    while (unread_.size() < size) {
        if (!fill()) return std::exchange(unread_, {});
    }
    std::string taken = unread_.substr(0, size);
    unread_.erase(0, size);
    return taken;
}

std::string RawSocket::read_to_end() {
    while (fill()) {
    }
    return std::exchange(unread_, {});
}

bool RawSocket::wait_readable() const {
    if (!is_open()) return false;
    if (ssl_ && SSL_pending(ssl_.get()) > 0) return true;
    pollfd wanted{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, kPatienceMs) == 1;
}

bool RawSocket::fill() {
    if (!wait_readable()) {
        ending_ = Ending::timeout;
        return false;
    }
    std::array<char, 65'536> buffer;
    ssize_t got = 0;
    if (ssl_) {
        got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
        if (got <= 0) {
            bool const orderly =
                SSL_get_error(ssl_.get(), static_cast<int>(got)) == SSL_ERROR_ZERO_RETURN;
            ending_ = orderly ? Ending::fin : Ending::reset;
        }
    } else {
        got = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (got <= 0) ending_ = got == 0 ? Ending::fin : Ending::reset;
    }
    if (got <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

void RawSocket::shutdown_write() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ::shutdown(fd_, SHUT_WR);
}

void RawSocket::close() {
    ssl_.reset();
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawSocket::reset() {
    linger const at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

// --- heads -------------------------------------------------------------------------------------

Head read_head(RawSocket& socket) { return {socket.read_until("\r\n\r\n")}; }

int Head::status() const {
    if (text.size() < 12 || !text.starts_with("HTTP/1.1 ")) return 0;
    return std::stoi(text.substr(9, 3));
}

std::string Head::start_line() const { return text.substr(0, text.find("\r\n")); }

std::string Head::field(std::string_view name) const {
    std::string const mark = "\r\n" + std::string(name) + ": ";
    auto const found = text.find(mark);
    if (found == std::string::npos) return {};
    auto const begin = found + mark.size();
    return text.substr(begin, text.find("\r\n", begin) - begin);
}

// --- frames ------------------------------------------------------------------------------------

std::string client_frame(std::string_view payload, unsigned opcode) {
    return encode_frame({.opcode = opcode, .masked = true}, payload);
}

std::string server_frame(std::string_view payload, unsigned opcode) {
    return encode_frame({.opcode = opcode}, payload);
}

std::string server_fragment(std::string_view payload) {
    return encode_frame({.fin = false}, payload);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xff);
    return payload.append(reason);
}

Frame read_frame(RawSocket& socket) {
    auto const byte = [](char c) { return static_cast<unsigned char>(c); };
    std::string const head = socket.read_exactly(2);
    if (head.size() < 2) return {};
    std::size_t size = byte(head[1]) & 0x7f;
    if (size >= 126) {
        std::string const longer = socket.read_exactly(size == 126 ? 2 : 8);
        size = 0;
        for (char const c : longer)
            size = size << 8 | byte(c);
    }
    bool const masked = (byte(head[1]) & 0x80) != 0;
    std::string const mask = masked ? socket.read_exactly(4) : std::string(4, '\0');
    Frame read{.opcode = byte(head[0]) & 0x0fu, .payload = socket.read_exactly(size)};
    for (std::size_t i = 0; i < read.payload.size(); ++i) {
        read.payload[i] = static_cast<char>(read.payload[i] ^ mask[i % 4]);
    }
    return read;
}

std::uint16_t Frame::close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    auto const high = static_cast<unsigned char>(payload[0]);
    auto const low = static_cast<unsigned char>(payload[1]);
    return static_cast<std::uint16_t>(high << 8 | low);
}

}  // namespace holdfast::test
