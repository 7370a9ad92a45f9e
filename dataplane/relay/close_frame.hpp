#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/relay/frame_walker.hpp"
#include "dataplane/relay/transport.hpp"

namespace holdfast::relay {

/// A Close frame of ours, ready to be sent (RFC 6455 §5.5.1).
class CloseFrame {
public:
    /// `code` 1005 stands for a frame without a body. Text beyond 123 bytes is cut off.
    /// Masking::required makes the frame a client's: masked with a key nobody can foresee.
    CloseFrame(std::uint16_t code, std::string_view text, Masking masking) noexcept;

    [[nodiscard]] Bytes bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<std::uint8_t, 131> bytes_;
    std::size_t size_ = 0;
};

/// What a peer's Close frame says; code 1005 when it has no body, 1002 when a body of one byte.
struct CloseBody {
    std::uint16_t code = 1005;
    std::string text;
};

/// `frame` is one whole Close frame.
[[nodiscard]] CloseBody read_close_frame(Bytes frame);

}  // namespace holdfast::relay
