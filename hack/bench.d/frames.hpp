#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// As much of RFC 6455 as the bench's client and backend need: whole frames, no fragments.
namespace holdfast::bench {

enum class Opcode : std::uint8_t { binary = 2, close = 8 };
enum class Mask : std::uint8_t { no, yes };

struct FrameHead {
    Opcode opcode = Opcode::binary;
    std::size_t head_bytes = 0;  ///< Mask key included.
    std::size_t payload_bytes = 0;
    Mask mask = Mask::no;
};

/// The head at the start of `bytes`; nothing while it is incomplete.
[[nodiscard]] std::optional<FrameHead> parse_head(std::span<char const> bytes);
/// A head without its mask key.
[[nodiscard]] std::string encode_head(Opcode opcode, std::size_t payload_bytes, Mask mask);
/// A whole client frame: a payload of that size under a fixed key.
[[nodiscard]] std::string client_frame(Opcode opcode, std::size_t payload_bytes);
/// Unmasks the payload of the frame that begins at `frame`.
void unmask(FrameHead const& head, char* frame);

[[nodiscard]] std::string upgrade_request(std::string_view host);
/// The 101 for a request head (RFC 6455 §4.2.2).
[[nodiscard]] std::string upgrade_answer(std::string_view request);

}  // namespace holdfast::bench
