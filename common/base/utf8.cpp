#include "common/base/utf8.hpp"

namespace holdfast {
namespace {

/// Length of the well-formed character at the front of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) noexcept;

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t const length = character_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string to_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string good;
    good.reserve(text.size());
    while (!text.empty()) {
        std::size_t const length = character_length(text);
        good += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return good;
}

namespace {

/// Length that a lead byte announces and the bounds of the byte after it (RFC 3629 §4): the
/// bounds are what keeps overlong forms, surrogates and too large values out.
struct Lead {
    std::size_t length;
    unsigned char second_min;
    unsigned char second_max;
};

constexpr Lead lead_of(unsigned char byte) noexcept {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xc2) return {0, 0, 0};
    if (byte < 0xe0) return {2, 0x80, 0xbf};
    if (byte == 0xe0) return {3, 0xa0, 0xbf};
    if (byte == 0xed) return {3, 0x80, 0x9f};
    if (byte < 0xf0) return {3, 0x80, 0xbf};
    if (byte == 0xf0) return {4, 0x90, 0xbf};
    if (byte < 0xf4) return {4, 0x80, 0xbf};
    if (byte == 0xf4) return {4, 0x80, 0x8f};
    return {0, 0, 0};
}

std::size_t character_length(std::string_view text) noexcept {
    auto const byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    Lead const lead = lead_of(byte(0));
    if (lead.length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < lead.length; ++i) {
        unsigned char const low = i == 1 ? lead.second_min : 0x80;
        unsigned char const high = i == 1 ? lead.second_max : 0xbf;
        if (byte(i) < low || byte(i) > high) {
            return 0;
        }
    }
    return lead.length;
}

}  // namespace
}  // namespace holdfast
