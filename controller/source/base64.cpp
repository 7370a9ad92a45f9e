#include "controller/source/base64.hpp"

#include <array>
#include <cstdint>

namespace holdfast::controller {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::uint8_t i = 0; i < 64; ++i)
        values[static_cast<unsigned char>(kAlphabet[i])] = i;
    return values;
}();

/// Appends what four characters stand for; false when they are no such thing. `padding` is how
/// many of the last ones are `=`.
bool append_group(std::string& bytes, std::string_view group, std::size_t padding) {
    std::uint32_t bits = 0;
    for (char const c : group.substr(0, 4 - padding)) {
        std::uint8_t const value = kValues[static_cast<unsigned char>(c)];
        if (value == kNone) return false;
        bits = (bits << 6U) | value;
    }
    bits <<= 6U * padding;
    for (std::size_t i = 0; i < 3 - padding; ++i) {
        bytes += static_cast<char>((bits >> (16U - 8U * i)) & 0xFFU);
    }
    return true;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string digits(text);
    std::erase_if(digits, [](char c) { return c == '\n' || c == '\r'; });
    if (digits.size() % 4 != 0) return std::nullopt;

    std::string bytes;
    bytes.reserve(digits.size() / 4 * 3);
    std::string_view rest = digits;
    while (!rest.empty()) {
        std::string_view const group = rest.substr(0, 4);
        rest.remove_prefix(4);
        bool const pads = rest.empty() && group.ends_with('=');
        std::size_t const padding = !pads ? 0 : group.ends_with("==") ? 2 : 1;
        if (!append_group(bytes, group, padding)) return std::nullopt;
    }
    return bytes;
}

}  // namespace holdfast::controller
