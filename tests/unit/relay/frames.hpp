#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dataplane/relay/frame_walker.hpp"

namespace holdfast::relay::test {

using ByteVector = std::vector<std::uint8_t>;

/// What a frame is made of, in the relay's own terms.
struct FrameSpec {
    std::uint8_t opcode = 0x2;
    bool fin = true;
    Masking masking = Masking::forbidden;
};

/// A whole frame around `payload` (RFC 6455 §5.2).
[[nodiscard]] ByteVector frame(FrameSpec spec, std::string_view payload);
/// The frame of a payload of that many bytes.
[[nodiscard]] ByteVector frame_of_size(FrameSpec spec, std::size_t payload_bytes);
[[nodiscard]] ByteVector join(std::initializer_list<ByteVector> parts);

}  // namespace holdfast::relay::test
