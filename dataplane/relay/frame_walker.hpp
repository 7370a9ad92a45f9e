#pragma once

#include <cstddef>
#include <cstdint>

#include "dataplane/relay/transport.hpp"

namespace holdfast::relay {

/// Whether frames of a direction must carry a mask: a client's must, a backend's must not
/// (RFC 6455 §5.1).
enum class Masking : std::uint8_t { required, forbidden };

/// How far a direction may pass, after a look at the bytes at hand.
struct Walk {
    enum class Stop : std::uint8_t {
        more,   ///< Everything was looked at; bytes behind `passable` are an incomplete frame.
        close,  ///< A whole Close frame stands at `passable`, `frame_bytes` long.
        fault,  ///< What stands at `passable` breaks framing.
    };
    std::size_t passable = 0;  ///< These may be forwarded: whole frames, or parts of a long one.
    /// End of the last whole message in the passable bytes, or 0 if none ended there.
    std::size_t message_end = 0;
    std::size_t frame_bytes = 0;
    Stop stop = Stop::more;
    std::uint32_t messages = 0;  ///< Data messages that ended in the passable bytes.
    bool data = false;           ///< Some of the bytes belong to a data frame.
};

/// Walks the frame headers of one direction of a tunnel (RFC 6455 §5.2).
///
/// Payloads are skipped, never unmasked or inflated, so the cost goes by frames and not by bytes.
/// Incomplete frames are held back by the caller and shown again with the bytes that follow, so
/// headers and control frames are always seen whole and the walker keeps no partial header. Only
/// a data frame of more than `held_bytes_max` is let through in parts.
///
/// Polices only what breaks framing: a length with its top bit set, a control frame that is
/// fragmented or above 125 bytes, a missing or forbidden mask.
///
/// Input    bytes that continue the passable ones of the last call (those behind them first).
/// Threads  none. Does not allocate.
/// Tests    tests/unit/relay/frame_walker_test.cpp, tests/fuzz/fuzz_frame_walker.cpp
class FrameWalker {
public:
    FrameWalker(Masking masking, std::size_t held_bytes_max) noexcept
        : held_bytes_max_(static_cast<std::uint32_t>(held_bytes_max)), masking_(masking) {}

    [[nodiscard]] Walk walk(Bytes bytes) noexcept;

    /// The direction ends at the message boundary that the last walk told of: what lies behind it
    /// will not pass.
    void end_at_message() noexcept {
        remaining_ = 0;
        in_message_ = false;
    }

    /// Nothing of a frame has passed that has not passed whole: a Close may stand here.
    [[nodiscard]] bool at_frame_boundary() const noexcept { return remaining_ == 0; }
    /// No fragmented message has begun that has not ended: the place for a Close.
    [[nodiscard]] bool at_message_boundary() const noexcept {
        return remaining_ == 0 && !in_message_;
    }

private:
    struct Header;
    [[nodiscard]] bool breaks_framing(Header const& header) const noexcept;
    void frame_passed(Header const& header, std::size_t end, Walk& walk) noexcept;

    std::uint64_t remaining_ = 0;  ///< Payload bytes of a long frame that have yet to pass.
    std::uint32_t held_bytes_max_;
    Masking masking_;
    bool in_message_ = false;
    bool final_ = false;  ///< The long frame under way ends its message.
};

}  // namespace holdfast::relay
