#include "dataplane/handshake/connection.hpp"

#include <poll.h>

#include <utility>

namespace holdfast::handshake {

void Connection::open(relay::Transport transport) {
    close();
    transport_ = std::move(transport);
}

void Connection::close() noexcept {
    leave_asio();
    transport_.close();
}

relay::Transport Connection::release() {
    leave_asio();
    return std::move(transport_);
}

std::string_view Connection::server_name() const noexcept {
    if (!is_tls()) return {};
    char const* const name = SSL_get_servername(transport_.ssl(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : std::string_view{};
}

Interest Connection::interest(Interest intent) const noexcept {
    if (!transport_.is_tls()) return intent;
    return SSL_want_write(transport_.ssl()) ? Interest::write : Interest::read;
}

void Connection::cancel() noexcept {
    boost::system::error_code ignored;
    if (descriptor_.is_open()) descriptor_.cancel(ignored);
}

bool Connection::peer_has_left() const noexcept {
    pollfd look{.fd = transport_.fd(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&look, 1, 0) > 0;
}

void Connection::join_asio() noexcept {
    // A failure leaves the descriptor closed, and the wait then completes with bad_descriptor.
    boost::system::error_code reported_by_the_wait;
    if (!descriptor_.is_open()) descriptor_.assign(transport_.fd(), reported_by_the_wait);
}

void Connection::leave_asio() noexcept {
    if (descriptor_.is_open()) (void)descriptor_.release();
}

}  // namespace holdfast::handshake
