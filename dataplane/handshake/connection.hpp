#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

#include "dataplane/handshake/await.hpp"
#include "dataplane/relay/transport.hpp"

namespace holdfast::handshake {

enum class Interest : std::uint8_t { read, write };

/// A Transport that a coroutine can wait for: bytes go through the Transport, whether plain or
/// TLS, and Asio only says when to try again.
///
/// The descriptor joins Asio with the first wait, so that what is ready at once costs nothing, and
/// leaves it with release().
///
/// Threads   the io_context's one thread.
/// Lifetime  not destroyed while a wait is pending: cancel() and let it complete first.
class Connection {
public:
    explicit Connection(boost::asio::io_context& io) : descriptor_(io.get_executor()) {}
    ~Connection() { leave_asio(); }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    void open(relay::Transport transport);
    void close() noexcept;
    /// The transport, out of Asio's hands. No wait may be pending.
    [[nodiscard]] relay::Transport release();

    [[nodiscard]] bool is_tls() const noexcept { return transport_.is_tls(); }
    /// What a TLS client called the server (SNI); empty for none and for plain connections.
    [[nodiscard]] std::string_view server_name() const noexcept;
    [[nodiscard]] relay::Transport& transport() noexcept { return transport_; }

    /// What a transport that answered would_block to `intent` waits for: TLS may have to read in
    /// order to write, and the other way round.
    [[nodiscard]] Interest interest(Interest intent) const noexcept;

    /// Waits until the descriptor has what `interest` names. Completes with an error when it was
    /// cancelled; a descriptor that Asio cannot watch completes at once, with the reason.
    template <class Token>
    auto wait(Interest interest, Token&& token) {
        join_asio();
        return descriptor_.async_wait(
            interest == Interest::read ? Descriptor::wait_read : Descriptor::wait_write,
            std::forward<Token>(token));
    }
    void cancel() noexcept;

    /// Has the peer's FIN or reset come? What it sent before may still be unread.
    [[nodiscard]] bool peer_has_left() const noexcept;

private:
    using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

    void join_asio() noexcept;
    void leave_asio() noexcept;

    relay::Transport transport_;
    Descriptor descriptor_;
};

}  // namespace holdfast::handshake
