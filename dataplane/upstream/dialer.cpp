#include "dataplane/upstream/dialer.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "dataplane/net/address.hpp"
#include "dataplane/net/socket_options.hpp"

namespace holdfast::upstream {
namespace {

DialOutcome classify(int error) noexcept;

}  // namespace

Dial begin_dial(model::Endpoint const& endpoint) {
    auto const address = net::parse_address(endpoint.address, endpoint.port);
    if (!address) return {{}, DialOutcome::other};
    net::Descriptor socket(
        ::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) return {{}, classify(errno)};
    net::set_connection_options(socket.get());
    if (::connect(socket.get(), address->get(), address->length) == 0) {
        return {std::move(socket), DialOutcome::connected};
    }
    auto const outcome = classify(errno);
    if (outcome != DialOutcome::in_progress) socket.reset();
    return {std::move(socket), outcome};
}

DialOutcome finish_dial(int fd) noexcept {
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    return error == 0 ? DialOutcome::connected : classify(error);
}

std::string_view to_string(DialOutcome outcome) noexcept {
    switch (outcome) {
        case DialOutcome::refused:
            return "refused";
        case DialOutcome::timeout:
            return "timeout";
        case DialOutcome::unreachable:
            return "unreachable";
        default:
            return "other";
    }
}

namespace {

DialOutcome classify(int error) noexcept {
    switch (error) {
        case EINPROGRESS:
            return DialOutcome::in_progress;
        case ECONNREFUSED:
        case ECONNRESET:
            return DialOutcome::refused;
        case ETIMEDOUT:
            return DialOutcome::timeout;
        case EHOSTUNREACH:
        case ENETUNREACH:
        case ENETDOWN:
        case EHOSTDOWN:
            return DialOutcome::unreachable;
        case EMFILE:
        case ENFILE:
            return DialOutcome::no_descriptors;
        default:
            return DialOutcome::other;
    }
}

}  // namespace
}  // namespace holdfast::upstream
