#include "dataplane/relay/frame_walker.hpp"

#include <algorithm>

#include "common/base/limits.hpp"

namespace holdfast::relay {

struct FrameWalker::Header {
    std::uint64_t payload;
    std::size_t bytes;  ///< Of the header itself, mask included.
    std::uint8_t opcode;
    bool fin;
    bool masked;

    [[nodiscard]] bool is_control() const noexcept { return (opcode & 0x8) != 0; }
    [[nodiscard]] bool is_close() const noexcept { return opcode == 0x8; }
};

namespace {

constexpr std::uint64_t kControlPayloadMax = 125;

std::uint64_t big_endian(Bytes bytes) noexcept {
    std::uint64_t value = 0;
    for (auto const byte : bytes)
        value = value << 8 | byte;
    return value;
}

/// Where the extended length ends: 2, 4 or 10 bytes into the frame.
std::size_t length_end(std::uint8_t length) noexcept {
    if (length < 126) return 2;
    return length == 126 ? 4 : 10;
}

}  // namespace

Walk FrameWalker::walk(Bytes bytes) noexcept {
    Walk walk;
    std::size_t at = 0;
    if (remaining_ > 0) {
        at = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
        remaining_ -= at;
        walk.passable = at;
        walk.data = true;
        if (remaining_ == 0) frame_passed({0, 0, 0, final_, false}, at, walk);
    }
    while (bytes.size() - at >= 2) {
        auto const frame = bytes.subspan(at);
        std::uint8_t const length = frame[1] & 0x7f;
        Header header{length, length_end(length), static_cast<std::uint8_t>(frame[0] & 0x0f),
                      (frame[0] & 0x80) != 0, (frame[1] & 0x80) != 0};
        // The first two bytes can already be wrong; waiting for the rest would hide it.
        if (breaks_framing(header)) {
            walk.stop = Walk::Stop::fault;
            return walk;
        }
        if (frame.size() < header.bytes) break;
        if (header.bytes > 2) header.payload = big_endian(frame.subspan(2, header.bytes - 2));
        if (breaks_framing(header)) {
            walk.stop = Walk::Stop::fault;
            return walk;
        }
        header.bytes += header.masked ? 4 : 0;

        bool const whole =
            frame.size() >= header.bytes && frame.size() - header.bytes >= header.payload;
        if (header.is_close() && whole) {
            walk.stop = Walk::Stop::close;
            walk.frame_bytes = header.bytes + static_cast<std::size_t>(header.payload);
            return walk;
        }
        if (!whole) {
            bool const hold = frame.size() < header.bytes || header.is_control() ||
                              header.payload + header.bytes <= held_bytes_max_;
            if (hold) break;
            remaining_ = header.payload - (frame.size() - header.bytes);
            final_ = header.fin;
            in_message_ = true;
            walk.data = true;
            walk.passable = bytes.size();
            return walk;
        }
        at += header.bytes + static_cast<std::size_t>(header.payload);
        walk.passable = at;
        frame_passed(header, at, walk);
    }
    return walk;
}

bool FrameWalker::breaks_framing(Header const& header) const noexcept {
    if (header.masked != (masking_ == Masking::required)) return true;
    if (header.is_control() && (!header.fin || header.payload > kControlPayloadMax)) return true;
    return (header.payload >> 63) != 0;
}

void FrameWalker::frame_passed(Header const& header, std::size_t end, Walk& walk) noexcept {
    if (!header.is_control()) {
        walk.data = true;
        in_message_ = !header.fin;
        if (header.fin) ++walk.messages;
    }
    if (!in_message_) walk.message_end = end;
}

}  // namespace holdfast::relay
