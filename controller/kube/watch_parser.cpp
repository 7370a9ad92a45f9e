#include "controller/kube/watch_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <utility>

#include "common/base/limits.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

std::optional<WatchEvent::Type> type_named(std::string_view name) {
    using enum WatchEvent::Type;
    constexpr std::array<std::pair<std::string_view, WatchEvent::Type>, 5> names{
        {{"ADDED", added},
         {"MODIFIED", modified},
         {"DELETED", deleted},
         {"BOOKMARK", bookmark},
         {"ERROR", error}}};
    for (auto const& [known, type] : names) {
        if (known == name) return type;
    }
    return std::nullopt;
}

/// False when the line is no event at all.
bool parse(std::string_view line, std::vector<WatchEvent>& events) {
    boost::system::error_code error;
    json::value value = json::parse(line, error);
    if (error || !value.is_object()) return false;
    json::object& event = value.get_object();
    json::value const* const type = event.if_contains("type");
    json::value* const object = event.if_contains("object");
    if (type == nullptr || !type->is_string() || object == nullptr || !object->is_object()) {
        return false;
    }
    if (auto const known = type_named(type->get_string())) {
        events.push_back({*known, std::move(object->get_object())});
    }
    return true;
}

}  // namespace

WatchPiece WatchParser::feed(std::string_view bytes) {
    WatchPiece piece;
    while (!bytes.empty()) {
        std::size_t const end = bytes.find('\n');
        std::string_view const part = bytes.substr(0, end);
        if (line_.size() + part.size() > limits::watch_line_bytes_max) {
            piece.broken = Failure{{}, "an event of the watch is too long"};
            break;
        }
        line_ += part;
        if (end == std::string_view::npos) break;
        bytes.remove_prefix(end + 1);
        if (!line_.empty() && !parse(line_, piece.events)) {
            piece.broken = Failure{{}, "a line of the watch is no event"};
            break;
        }
        line_.clear();
    }
    return piece;
}

}  // namespace holdfast::controller::kube
