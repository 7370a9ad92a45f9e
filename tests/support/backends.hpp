#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/raw_socket.hpp"

namespace holdfast::test {

/// A TCP server on a port of 127.0.0.1 that the kernel chooses; every connection is one call of
/// the script, in a thread of its own.
class Backend {
public:
    using Script = std::function<void(RawSocket& client)>;

    explicit Backend(Script script);
    /// Cuts what is still connected, and waits for every script to return.
    ~Backend();
    Backend(Backend const&) = delete;
    Backend& operator=(Backend const&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Connections accepted so far.
    [[nodiscard]] int connections() const noexcept { return connections_.load(); }

private:
    void accept_all();
    void serve(int fd);

    Script script_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// The answer to a head, with the right Sec-WebSocket-Accept. `fields` are lines with CRLF each.
[[nodiscard]] std::string switching_answer(Head const& request, std::string_view fields = {});

/// Accepts the handshake and sends every frame back; answers Close with Close.
void echo(RawSocket& client);

/// A port of 127.0.0.1 on which nobody listens, held for the life of the object.
class ClosedPort {
public:
    ClosedPort();
    ~ClosedPort();
    ClosedPort(ClosedPort const&) = delete;
    ClosedPort& operator=(ClosedPort const&) = delete;

    [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

private:
    std::uint16_t number_ = 0;
    int fd_;
};

/// A port of 127.0.0.1 whose queue is full: connecting takes for ever.
class SilentPort {
public:
    SilentPort();
    ~SilentPort();
    SilentPort(SilentPort const&) = delete;
    SilentPort& operator=(SilentPort const&) = delete;

    [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

private:
    std::uint16_t number_ = 0;
    int listening_;
    std::vector<int> queued_;
};

}  // namespace holdfast::test
