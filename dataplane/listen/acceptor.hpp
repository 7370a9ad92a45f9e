#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <string>

#include "common/model/table.hpp"
#include "dataplane/net/descriptor.hpp"

namespace holdfast::listen {

/// Where accepted connections go.
struct AcceptSink {
    /// Takes over an accepted, non-blocking socket of the listeners on `port`.
    std::function<void(int fd, std::uint16_t port)> hand_over;
    /// Counts a connection that was turned away because the process is out of descriptors.
    std::function<void(std::uint16_t port)> turned_away;
};

/// Accepts the connections of one port until it is closed.
///
/// Out of descriptors it spends a reserved one on each connection that waits, to answer it with
/// 503 (plain HTTP) or at least to close it: left in the backlog it would wait for nothing, and
/// keep the socket readable. Established sessions notice none of it.
///
/// Threads   the io_context's one thread, every call.
/// Lifetime  the io_context outlives the acceptor.
class Acceptor {
public:
    /// `socket` is a listening one (open_listening_socket); its queue may hold connections already.
    Acceptor(boost::asio::io_context& io, net::Descriptor socket, std::uint16_t port,
             AcceptSink sink);
    /// As close().
    ~Acceptor();
    Acceptor(Acceptor const&) = delete;
    Acceptor& operator=(Acceptor const&) = delete;

    /// Says how to turn connections away: on a TLS port an answer in plain text would be noise.
    void set_protocol(model::ListenerProtocol protocol) noexcept;
    /// Begins to accept. Once only.
    void start();
    /// Hands over what the kernel has accepted so far, then stops listening. Accepted connections
    /// are not touched.
    void close();

private:
    struct Loop;
    Loop* loop_;  // Owned by its coroutine from start() on; null after close().
    bool started_ = false;
};

}  // namespace holdfast::listen
