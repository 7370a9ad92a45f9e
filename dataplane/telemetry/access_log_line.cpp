#include "dataplane/telemetry/access_log.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/utf8.hpp"

namespace holdfast::telemetry {
namespace {

/// A JSON object under construction, in one allocation for a line of common length: a tree of
/// values would cost one for every field, with every connection.
class Line {
public:
    Line() { text_.reserve(kCommonSize); }

    void add(std::string_view key, std::string_view text);
    void add(std::string_view key, std::integral auto number);
    void add_unless_empty(std::string_view key, std::string_view text) {
        if (!text.empty()) add(key, text);
    }
    [[nodiscard]] std::string take() && { return std::move(text_ += '}'); }

private:
    static constexpr std::size_t kCommonSize = 1024;

    void begin(std::string_view key);
    void append_escaped(std::string_view text);

    std::string text_{"{"};
};

}  // namespace

std::string to_json_line(AccessRecord const& record) {
    using std::chrono::duration_cast;
    Line line;
    line.add("time", format_time(record.started));
    line.add("duration_ms", duration_cast<std::chrono::milliseconds>(record.duration).count());
    line.add_unless_empty("request_id", record.request_id);
    line.add_unless_empty("traceparent", record.traceparent);
    line.add_unless_empty("client", record.client);
    line.add_unless_empty("listener", record.listener);
    line.add_unless_empty("host", record.host);
    line.add_unless_empty("path", record.path);
    line.add_unless_empty("route", record.route);
    line.add_unless_empty("rule", record.rule);
    line.add_unless_empty("backend", record.backend);
    line.add_unless_empty("endpoint", record.endpoint);
    line.add_unless_empty("subprotocol", record.subprotocol);
    line.add("status", record.status);
    line.add("reason", to_string(record.reason));
    line.add("side", to_string(record.side));
    if (record.close_code != 0) line.add("close_code", record.close_code);
    line.add_unless_empty("close_text", record.close_text);
    line.add("bytes_from_client", record.bytes_from_client);
    line.add("bytes_to_client", record.bytes_to_client);
    line.add("messages_from_client", record.messages_from_client);
    line.add("messages_to_client", record.messages_to_client);
    return std::move(line).take();
}

namespace {

void Line::add(std::string_view key, std::string_view text) {
    begin(key);
    text_ += '"';
    if (is_utf8(text)) {
        append_escaped(text);
    } else {
        append_escaped(to_utf8(text));
    }
    text_ += '"';
}

void Line::add(std::string_view key, std::integral auto number) {
    begin(key);
    std::array<char, 24> digits;
    auto const end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    text_.append(digits.begin(), end);
}

void Line::begin(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    text_.append("\"").append(key).append("\":");
}

void Line::append_escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            text_.append("\\").push_back(c);
        } else if (byte < 0x20) {
            text_.append("\\u00").push_back(digits[byte >> 4]);
            text_.push_back(digits[byte & 0xf]);
        } else {
            text_.push_back(c);
        }
    }
}

}  // namespace
}  // namespace holdfast::telemetry
