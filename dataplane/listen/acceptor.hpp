#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>

#include "common/model/table.hpp"
#include "dataplane/net/address.hpp"
#include "dataplane/net/descriptor.hpp"

namespace holdfast::listen {

/// Where accepted connections go. Called on the thread that accepts.
struct AcceptSink {
    /// Whether one more connection may be taken; else it is turned away.
    std::function<bool()> has_room;
    /// Takes over an accepted, non-blocking socket of the listeners on `port`.
    std::function<void(net::Descriptor socket, std::uint16_t port)> hand_over;
    /// Counts a connection that was turned away with this HTTP status; 0: no answer was given.
    std::function<void(net::SocketAddress const& client, std::uint16_t port, std::uint16_t status)>
        turned_away;
};

/// Accepts the connections of one port for as long as it lives.
///
/// What finds no room is turned away: answered with 503 (plain HTTP) or at least closed. Where the
/// process runs out of descriptors all the same, a reserved one is spent on each connection that
/// waits: left in the backlog it would wait for nothing, and keep the socket readable. Established
/// sessions notice none of it.
///
/// Threads   made, told and destroyed on one thread, never the io_context's; accepts on the
///           io_context's one thread.
/// Lifetime  the io_context outlives the acceptor and runs until it is destroyed.
class Acceptor {
public:
    struct Port {
        std::uint16_t number;
        /// How connections are turned away: on a TLS port an answer in plain text would be noise.
        model::ListenerProtocol protocol;
    };

    /// `socket` is a listening one (open_listening_socket); its queue may hold connections already.
    Acceptor(boost::asio::io_context& io, net::Descriptor socket, Port port, AcceptSink sink);
    /// Hands over what the kernel has accepted so far, then stops listening; accepted connections
    /// are not touched. Waits until that is done, which is a turn of the io_context's, so that the
    /// port can be bound again.
    ~Acceptor();
    Acceptor(Acceptor const&) = delete;
    Acceptor& operator=(Acceptor const&) = delete;

    void set_protocol(model::ListenerProtocol protocol);

private:
    struct Loop;
    boost::asio::io_context& io_;
    Loop* loop_;  ///< Owned by its coroutine, which ends after close().
};

}  // namespace holdfast::listen
