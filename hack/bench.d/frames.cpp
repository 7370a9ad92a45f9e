#include "hack/bench.d/frames.hpp"

#include <openssl/evp.h>

#include <array>
#include <cctype>
#include <cstring>
#include <stdexcept>

namespace holdfast::bench {
namespace {

constexpr std::array<char, 4> kMaskKey{'\x21', '\x43', '\x65', '\x07'};

std::string accept_of(std::string const& key);
std::string header_of(std::string_view request, std::string_view name);

}  // namespace

std::optional<FrameHead> parse_head(std::span<char const> bytes) {
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    auto const at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    FrameHead head;
    head.opcode = static_cast<Opcode>(at(0) & 15);
    head.mask = (at(1) & 0x80) != 0 ? Mask::yes : Mask::no;
    std::size_t const code = at(1) & 0x7f;
    std::size_t const extra = code == 127 ? 8 : code == 126 ? 2 : 0;
    head.head_bytes = 2 + extra + (head.mask == Mask::yes ? 4 : 0);
    if (bytes.size() < head.head_bytes) {
        return std::nullopt;
    }
    head.payload_bytes = extra == 0 ? code : 0;
    for (std::size_t i = 0; i < extra; ++i) {
        head.payload_bytes = head.payload_bytes << 8 | at(2 + i);
    }
    return head;
}

std::string encode_head(Opcode opcode, std::size_t payload_bytes, Mask mask) {
    int const bit = mask == Mask::yes ? 0x80 : 0;
    std::size_t const extra = payload_bytes > 0xffff ? 8 : payload_bytes > 125 ? 2 : 0;
    std::size_t const code = extra == 8 ? 127 : extra == 2 ? 126 : payload_bytes;
    std::string head{static_cast<char>(0x80 | static_cast<int>(opcode)),
                     static_cast<char>(bit | static_cast<int>(code))};
    for (std::size_t i = extra; i-- > 0;) {
        head.push_back(static_cast<char>(payload_bytes >> (8 * i) & 0xff));
    }
    return head;
}

std::string client_frame(Opcode opcode, std::size_t payload_bytes) {
    std::string frame = encode_head(opcode, payload_bytes, Mask::yes);
    frame.append(kMaskKey.data(), kMaskKey.size());
    std::string payload(payload_bytes, 'x');
    if (opcode == Opcode::close && payload_bytes >= 2) {
        payload[0] = '\x03';
        payload[1] = '\xe8';  // 1000
    }
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(payload[i] ^ kMaskKey[i % 4]);
    }
    return frame + payload;
}

void unmask(FrameHead const& head, char* frame) {
    char const* const key = frame + head.head_bytes - 4;
    char* const payload = frame + head.head_bytes;
    std::uint32_t word = 0;
    std::memcpy(&word, key, 4);
    std::size_t i = 0;
    for (; i + 4 <= head.payload_bytes; i += 4) {
        std::uint32_t value = 0;
        std::memcpy(&value, payload + i, 4);
        value ^= word;
        std::memcpy(payload + i, &value, 4);
    }
    for (; i < head.payload_bytes; ++i) {
        payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    }
}

std::string upgrade_request(std::string_view host) {
    return "GET /bench HTTP/1.1\r\nHost: " + std::string(host) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::string upgrade_answer(std::string_view request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           accept_of(header_of(request, "sec-websocket-key")) + "\r\n\r\n";
}

namespace {

std::string accept_of(std::string const& key) {
    std::string const text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("SHA-1 failed");
    }
    std::array<unsigned char, 64> base64{};
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
    return reinterpret_cast<char const*>(base64.data());
}

std::string header_of(std::string_view request, std::string_view name) {
    std::string lower(request);
    for (char& c : lower) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    auto const start = lower.find("\r\n" + std::string(name) + ":");
    if (start == std::string::npos) {
        return {};
    }
    auto const colon = request.find(':', start);
    auto const first = request.find_first_not_of(' ', colon + 1);
    return std::string(request.substr(first, request.find("\r\n", first) - first));
}

}  // namespace
}  // namespace holdfast::bench
