#include "tests/unit/relay/frames.hpp"

#include <string>

#include "tests/support/frame_encoder.hpp"

namespace holdfast::relay::test {

ByteVector frame(FrameSpec spec, std::string_view payload) {
    bool const masked = spec.masking == Masking::required;
    std::string const bytes =
        holdfast::test::encode_frame({spec.opcode, spec.fin, masked}, payload);
    return {bytes.begin(), bytes.end()};
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
