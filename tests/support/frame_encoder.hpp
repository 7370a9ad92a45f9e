#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::test {

/// What a frame is made of besides its payload. The mask is fixed, since nothing depends on its
/// value.
struct FrameShape {
    unsigned opcode = 1;
    bool fin = true;
    bool masked = false;
};

/// A whole frame around `payload` (RFC 6455 §5.2).
[[nodiscard]] inline std::string encode_frame(FrameShape shape, std::string_view payload) {
    std::size_t const size = payload.size();
    unsigned const mask_bit = shape.masked ? 0x80 : 0;
    std::string bytes;
    bytes += static_cast<char>((shape.fin ? 0x80u : 0u) | shape.opcode);
    int extended = 0;
    if (size < 126) {
        bytes += static_cast<char>(mask_bit | size);
    } else {
        extended = size < 65'536 ? 2 : 8;
        bytes += static_cast<char>(mask_bit | (extended == 2 ? 126u : 127u));
    }
    for (int i = extended - 1; i >= 0; --i) {
        bytes += static_cast<char>(size >> (8 * i) & 0xff);
    }
    if (!shape.masked) return bytes.append(payload);
    constexpr std::array<char, 4> mask{0x12, 0x34, 0x56, 0x78};
    bytes.append(mask.begin(), mask.end());
    for (std::size_t i = 0; i < size; ++i) {
        bytes += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
    }
    return bytes;
}

}  // namespace holdfast::test
