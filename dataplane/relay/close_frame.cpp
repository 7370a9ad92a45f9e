#include "dataplane/relay/close_frame.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "common/base/assert.hpp"

namespace holdfast::relay {

namespace {

constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::size_t kTextBytesMax = 123;

}  // namespace

CloseFrame::CloseFrame(std::uint16_t code, std::string_view text, Masking masking) noexcept {
    text = text.substr(0, kTextBytesMax);
    std::size_t const body = code == kNoCode ? 0 : 2 + text.size();
    bool const masked = masking == Masking::required;
    bytes_[size_++] = 0x88;
    bytes_[size_++] = static_cast<std::uint8_t>(body | (masked ? 0x80 : 0));
    std::array<std::uint8_t, 4> key{};
    if (masked) {
        HOLDFAST_ASSERT(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
        for (auto const byte : key)
            bytes_[size_++] = byte;
    }
    if (body == 0) return;
    std::size_t const begin = size_;
    bytes_[size_++] = static_cast<std::uint8_t>(code >> 8);
    bytes_[size_++] = static_cast<std::uint8_t>(code & 0xff);
    for (char const c : text)
        bytes_[size_++] = static_cast<std::uint8_t>(c);
    for (std::size_t i = begin; i < size_; ++i)
        bytes_[i] ^= key[(i - begin) % 4];
}

CloseBody read_close_frame(Bytes frame) {
    bool const masked = (frame[1] & 0x80) != 0;
    std::size_t const length = frame[1] & 0x7f;
    auto const key = masked ? frame.subspan(2, 4) : Bytes{};
    auto const body = frame.subspan(masked ? 6 : 2, length);
    auto const plain = [&](std::size_t i) -> std::uint8_t {
        return masked ? static_cast<std::uint8_t>(body[i] ^ key[i % 4]) : body[i];
    };
    if (length == 0) return {};
    if (length == 1) return {kProtocolError, {}};
    CloseBody result{static_cast<std::uint16_t>(plain(0) << 8 | plain(1)), {}};
    for (std::size_t i = 2; i < length; ++i)
        result.text.push_back(static_cast<char>(plain(i)));
    return result;
}

}  // namespace holdfast::relay
