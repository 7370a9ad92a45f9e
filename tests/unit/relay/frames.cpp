#include "tests/unit/relay/frames.hpp"

#include <array>
#include <string>

namespace holdfast::relay::test {

ByteVector frame(FrameSpec spec, std::string_view payload) {
    ByteVector bytes;
    bytes.push_back(static_cast<std::uint8_t>((spec.fin ? 0x80 : 0) | spec.opcode));
    std::uint8_t const mask_bit = spec.masking == Masking::required ? 0x80 : 0;
    std::size_t const n = payload.size();
    int extended = 0;
    if (n < 126) {
        bytes.push_back(static_cast<std::uint8_t>(mask_bit | n));
    } else if (n < 65536) {
        bytes.push_back(mask_bit | 126);
        extended = 2;
    } else {
        bytes.push_back(mask_bit | 127);
        extended = 8;
    }
    for (int i = extended - 1; i >= 0; --i) {
        bytes.push_back(static_cast<std::uint8_t>(n >> (8 * i) & 0xff));
    }
    std::array<std::uint8_t, 4> key{};
    if (mask_bit != 0) {
        key = {0x12, 0x34, 0x56, 0x78};
        bytes.insert(bytes.end(), key.begin(), key.end());
    }
    for (std::size_t i = 0; i < n; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(payload[i]) ^ key[i % 4]);
    }
    return bytes;
}

ByteVector frame_of_size(FrameSpec spec, std::size_t payload_bytes) {
    return frame(spec, std::string(payload_bytes, 'x'));
}

ByteVector join(std::initializer_list<ByteVector> parts) {
    ByteVector all;
    for (auto const& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace holdfast::relay::test
