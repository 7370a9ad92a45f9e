#pragma once

#include <cstddef>

#include "dataplane/relay/block_pool.hpp"
#include "dataplane/relay/transport.hpp"

namespace holdfast::relay {

/// What one direction of a session could not pass on yet: bytes that the receiver has not
/// accepted (unsent), then an incomplete frame (held). Empty almost always, and then one pointer.
///
/// While anything is unsent nothing is read, so a backlog never grows beyond one read, one held
/// frame and one Close frame.
///
/// Threads  none. Blocks go back to the pool by `clear`, which the owner must call at the end.
class Backlog {
public:
    Backlog() = default;
    Backlog(Backlog const&) = delete;
    Backlog& operator=(Backlog const&) = delete;

    [[nodiscard]] bool has_unsent() const noexcept;
    [[nodiscard]] bool has_held() const noexcept;
    [[nodiscard]] Bytes unsent() const noexcept;
    [[nodiscard]] std::size_t held_bytes() const noexcept;

    /// Adds bytes to be sent. Nothing may be held: what is held comes later in the stream.
    void append_unsent(BlockPool& pool, Bytes bytes);
    /// The first `bytes` unsent ones have been accepted.
    void consume_unsent(BlockPool& pool, std::size_t bytes) noexcept;
    void drop_unsent(BlockPool& pool) noexcept;

    /// Keeps an incomplete frame for later.
    void hold(BlockPool& pool, Bytes bytes);
    /// Moves the held bytes to the front of `scratch`; their number. Nothing may be unsent.
    std::size_t take_held(BlockPool& pool, MutableBytes scratch) noexcept;
    /// Their number.
    std::size_t drop_held(BlockPool& pool) noexcept;

    void clear(BlockPool& pool) noexcept;

private:
    void append(BlockPool& pool, Bytes bytes);

    Block* block_ = nullptr;
};

}  // namespace holdfast::relay
