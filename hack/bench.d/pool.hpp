#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "hack/bench.d/sockets.hpp"

namespace holdfast::bench {

/// Client connections to one contender, after the upgrade. Each has at most one message under way:
/// a message is sent, its echo is read whole, the next is sent.
class Pool {
public:
    Pool(Endpoint const& endpoint, std::size_t count);

    struct Result {
        std::uint64_t round_trips = 0;
        double seconds = 0;
    };
    /// Keeps the first `active` connections busy for the time given, then lets every echo arrive,
    /// so that the connections are quiet when it returns.
    [[nodiscard]] Result ping_pong(std::size_t payload_bytes, std::size_t active,
                                   std::chrono::milliseconds time);
    /// One message and its echo on each connection.
    [[nodiscard]] Result once(std::size_t payload_bytes);

    [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

private:
    struct Connection {
        Fd fd;
        std::size_t unsent_bytes = 0;   ///< Of the message under way.
        std::size_t missing_bytes = 0;  ///< Of its echo.
    };

    void begin(std::size_t payload_bytes);
    void start_message(Connection& connection);
    void send_more(Connection& connection);
    /// True when the echo is complete.
    [[nodiscard]] bool receive(Connection& connection);
    void check_head(char const* bytes, std::size_t count) const;
    [[nodiscard]] int wait(std::vector<epoll_event>& events);

    std::vector<Connection> connections_;
    Fd epoll_;
    std::string message_;
    std::size_t payload_bytes_ = 0;
    std::size_t echo_bytes_ = 0;
    std::string buffer_;
};

/// One whole session: connect, upgrade, one message and its echo, Close both ways, end of stream.
void run_session(Endpoint const& endpoint);

}  // namespace holdfast::bench
