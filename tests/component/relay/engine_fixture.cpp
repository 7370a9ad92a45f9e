#include "tests/component/relay/engine_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::relay {

void Socket::send(ByteVector const& bytes) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        auto const n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        ASSERT_GT(n, 0);
        sent += static_cast<std::size_t>(n);
    }
}

std::size_t Socket::send_some(ByteVector const& bytes) const {
    auto const n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 ? 0 : static_cast<std::size_t>(n);
}

ByteVector const& Socket::receive() {
    std::uint8_t buffer[65536];
    for (;;) {
        auto const n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n > 0) {
            received_.insert(received_.end(), buffer, buffer + n);
            continue;
        }
        if (n == 0) at_eof_ = true;
        if (n < 0 && errno == ECONNRESET) was_reset_ = true;
        return received_;
    }
}

void Socket::shutdown() const { ::shutdown(fd_, SHUT_WR); }

void Socket::reset() {
    linger const now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void Socket::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::pair<int, int> tcp_pair() {
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    int const outer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(outer, reinterpret_cast<sockaddr*>(&address), size), 0);
    int const inner = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ::close(listener);
    return {outer, inner};
}

EngineTest::Ends EngineTest::adopt(std::string early_from_client, std::string early_from_backend) {
    auto const [client, client_inner] = tcp_pair();
    auto const [backend, backend_inner] = tcp_pair();
    adopt(Transport(client_inner), Transport(backend_inner), std::move(early_from_client),
          std::move(early_from_backend));
    return {std::make_unique<Socket>(client), std::make_unique<Socket>(backend)};
}

void EngineTest::adopt(Transport client, Transport backend, std::string early_from_client,
                       std::string early_from_backend) {
    engine->adopt({std::move(client),
                   std::move(backend),
                   terms,
                   {},
                   WallClock::now(),
                   std::move(early_from_client),
                   std::move(early_from_backend)});
}

void EngineTest::close_all(Reason reason, std::uint16_t code) {
    std::vector<SessionId> ids;
    engine->for_each([&](SessionView const& view) { ids.push_back(view.id); });
    for (auto const id : ids)
        EXPECT_TRUE(engine->close(id, reason, code));
}

ByteVector client_text(std::string_view text) {
    return test::frame({.opcode = 1, .masking = Masking::required}, text);
}
ByteVector backend_text(std::string_view text) { return test::frame({.opcode = 1}, text); }
ByteVector close_of(std::uint16_t code, std::string_view text) {
    auto const frame = CloseFrame(code, text, Masking::forbidden);
    return {frame.bytes().begin(), frame.bytes().end()};
}

}  // namespace holdfast::relay
