#include "dataplane/http/body_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "dataplane/http/fault.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

/// The length that all Content-Length fields agree on; nothing if one is not a number.
[[nodiscard]] std::optional<std::uint64_t> content_length(Fields fields) noexcept;

}  // namespace

Result<BodyReader> BodyReader::of(ResponseHead const& head) {
    Fields const fields = head.fields();
    bool const has_length = find_field(fields, "Content-Length") != nullptr;
    if (head.status() == 204 || head.status() == 304) return BodyReader(At::done);
    if (find_field(fields, "Transfer-Encoding") != nullptr) {
        // Both at once is how responses are split in two; RFC 9112 §6.3 lets a gateway refuse.
        if (has_length) return bad_response("Transfer-Encoding and Content-Length");
        Field const* const coding = sole_field(fields, "Transfer-Encoding");
        if (coding == nullptr || !equal_fold(coding->value, "chunked")) {
            return bad_response("transfer coding is not chunked");
        }
        return BodyReader(At::size);
    }
    if (!has_length) return BodyReader(At::stream);
    auto const length = content_length(fields);
    if (!length) return bad_response("Content-Length is not one number");
    return BodyReader(*length == 0 ? At::done : At::length, *length);
}

Result<BodyReader::State> BodyReader::feed(std::string_view bytes) {
    while (!bytes.empty() && at_ != At::done) {
        bytes.remove_prefix(take(bytes));
        if (broken_) return bad_response("broken chunk");
    }
    return at_ == At::done ? State::complete : State::need_more;
}

Result<BodyReader::State> BodyReader::end_of_stream() {
    if (at_ == At::stream) at_ = At::done;
    if (at_ != At::done) return bad_response("body ends too early");
    return State::complete;
}

std::size_t BodyReader::take(std::string_view bytes) {
    bool const counted = at_ == At::length || at_ == At::chunk;
    if (!counted && at_ != At::stream) {
        frame(bytes.front());
        return 1;
    }
    std::size_t size = std::min(bytes.size(), limits::refusal_body_bytes_max - body_.size());
    if (counted) size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    body_.append(bytes.substr(0, size));
    framing_bytes_ = 0;
    if (counted) left_ -= size;
    if (counted && left_ == 0) at_ = at_ == At::chunk ? At::chunk_cr : At::done;
    if (body_.size() == limits::refusal_body_bytes_max) at_ = At::done;
    return size;
}

void BodyReader::frame(char c) noexcept {
    // Chunk extensions and trailers carry nothing that is passed on; a head's bound is theirs.
    if (++framing_bytes_ > limits::response_head_bytes_max) broken_ = true;
    switch (at_) {
        case At::size:
            return size_byte(c);
        case At::extension:
            return skip_line(c, At::size_lf);
        case At::size_lf:
            return expect(c, '\n', left_ == 0 ? At::trailer : At::chunk);
        case At::chunk_cr:
            return expect(c, '\r', At::chunk_lf);
        case At::chunk_lf:
            return expect(c, '\n', At::size);
        case At::trailer:
            at_ = c == '\r' ? At::last_lf : At::trailer_line;
            return;
        case At::trailer_line:
            return skip_line(c, At::trailer_lf);
        case At::trailer_lf:
            return expect(c, '\n', At::trailer);
        case At::last_lf:
            return expect(c, '\n', At::done);
        case At::length:
        case At::stream:
        case At::chunk:
        case At::done:
            break;
    }
    assertion_failed("the state is one of framing");
}

void BodyReader::size_byte(char c) noexcept {
    constexpr int digits_max = 15;  // 60 bits: no overflow, and more than anyone sends.
    if (int const digit = hex_value(c); digit >= 0 && digits_ < digits_max) {
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        ++digits_;
        return;
    }
    bool const ended = c == '\r' || c == ';' || c == ' ' || c == '\t';
    if (!ended || digits_ == 0) {
        broken_ = true;
        return;
    }
    digits_ = 0;
    at_ = c == '\r' ? At::size_lf : At::extension;
}

void BodyReader::skip_line(char c, At next) noexcept {
    if (c == '\r')
        at_ = next;
    else if (c == '\n')
        broken_ = true;
}

void BodyReader::expect(char c, char wanted, At next) noexcept {
    if (c == wanted)
        at_ = next;
    else
        broken_ = true;
}

namespace {

std::optional<std::uint64_t> content_length(Fields fields) noexcept {
    std::string_view const text = find_field(fields, "Content-Length")->value;
    bool const agreed = std::ranges::all_of(fields, [text](Field const& field) {
        return !equal_fold(field.name, "Content-Length") || field.value == text;
    });
    std::uint64_t length = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (!agreed || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return length;
}

}  // namespace
}  // namespace holdfast::http
