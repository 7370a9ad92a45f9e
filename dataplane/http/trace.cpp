#include "dataplane/http/trace.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/ascii.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

constexpr std::size_t kTraceparentSize = 55;  // 00-{32}-{16}-{2}

/// What is kept of a traceparent (W3C Trace Context §3.2).
struct Parent {
    std::string_view trace_id;
    unsigned flags;
};

[[nodiscard]] std::optional<std::string_view> sane_request_id(Fields fields) noexcept;
[[nodiscard]] std::optional<Parent> parent_of(Fields fields) noexcept;
[[nodiscard]] std::string uuid(Random& random);
using Hex = std::array<char, 16>;
[[nodiscard]] Hex hex(std::uint64_t number) noexcept;
[[nodiscard]] std::string_view text_of(Hex const& digits) noexcept;
/// All zero means "none" in a traceparent.
[[nodiscard]] std::uint64_t nonzero(Random& random);

}  // namespace

Trace trace_for(Fields fields, Random& random) {
    Trace trace;
    auto const request_id = sane_request_id(fields);
    trace.request_id = request_id ? std::string(*request_id) : uuid(random);
    auto const parent = parent_of(fields);
    trace.continued = parent.has_value();
    trace.traceparent.reserve(kTraceparentSize);
    trace.traceparent = "00-";
    if (parent) {
        trace.traceparent += parent->trace_id;
    } else {
        trace.traceparent += text_of(hex(nonzero(random)));
        trace.traceparent += text_of(hex(random()));
    }
    trace.traceparent += '-';
    trace.traceparent += text_of(hex(nonzero(random)));
    trace.traceparent += "-0";
    trace.traceparent += static_cast<char>('0' + (parent ? parent->flags : 0));
    return trace;
}

namespace {

std::optional<std::string_view> sane_request_id(Fields fields) noexcept {
    Field const* const field = sole_field(fields, "X-Request-Id");
    if (field == nullptr || field->value.empty() || field->value.size() > 128) return std::nullopt;
    bool const visible =
        std::ranges::all_of(field->value, [](char c) { return c > ' ' && c < 127; });
    return visible ? std::optional(field->value) : std::nullopt;
}

std::optional<Parent> parent_of(Fields fields) noexcept {
    constexpr std::size_t size = kTraceparentSize;
    constexpr unsigned known_flags = 0b11;  // sampled, random; others must be sent as zero.
    Field const* const field = sole_field(fields, "traceparent");
    if (field == nullptr || field->value.size() < size) return std::nullopt;
    std::string_view const text = field->value;
    auto const is_hex = [](std::string_view digits) {
        return std::ranges::all_of(
            digits, [](char c) { return holdfast::is_hex(c) && lower_case(c) == c; });
    };
    auto const all_zero = [](std::string_view digits) {
        return digits.find_first_not_of('0') == digits.npos;
    };
    std::string_view const version = text.substr(0, 2);
    std::string_view const trace_id = text.substr(3, 32);
    std::string_view const parent_id = text.substr(36, 16);
    std::string_view const flags = text.substr(53, 2);
    bool const shaped = text[2] == '-' && text[35] == '-' && text[52] == '-' && is_hex(version) &&
                        is_hex(trace_id) && is_hex(parent_id) && is_hex(flags);
    // Later versions may go on behind the flags, after a dash.
    bool const ended = text.size() == size || (version != "00" && text[size] == '-');
    if (!shaped || !ended || version == "ff" || all_zero(trace_id) || all_zero(parent_id)) {
        return std::nullopt;
    }
    return Parent{trace_id, static_cast<unsigned>(hex_value(flags[1])) & known_flags};
}

std::string uuid(Random& random) {
    constexpr std::uint64_t version_mask = 0xf000, version_4 = 0x4000;
    constexpr std::uint64_t variant_mask = 0xc000'0000'0000'0000, variant_1 = 0x8000'0000'0000'0000;
    auto const high_digits = hex((random() & ~version_mask) | version_4);
    auto const low_digits = hex((random() & ~variant_mask) | variant_1);
    auto const high = text_of(high_digits);
    auto const low = text_of(low_digits);
    std::string id;
    id.reserve(36);
    id.append(high, 0, 8).append("-").append(high, 8, 4).append("-").append(high, 12);
    return id.append("-").append(low, 0, 4).append("-").append(low, 4);
}

Hex hex(std::uint64_t number) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    Hex text;
    for (auto place = text.rbegin(); place != text.rend(); ++place, number >>= 4) {
        *place = digits[number & 0xf];
    }
    return text;
}

std::string_view text_of(Hex const& digits) noexcept { return {digits.data(), digits.size()}; }

std::uint64_t nonzero(Random& random) {
    std::uint64_t const number = random();
    return number == 0 ? 1 : number;
}

}  // namespace
}  // namespace holdfast::http
