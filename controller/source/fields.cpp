#include "controller/source/fields.hpp"

#include <algorithm>
#include <iterator>

#include "common/base/duration.hpp"

namespace holdfast::controller {

std::string text_field(Value const& map, std::string_view name) {
    Value const* const value = map.find(name);
    return value == nullptr ? std::string{} : value->text;
}

bool boolean_field(Value const& map, std::string_view name) {
    Value const* const value = map.find(name);
    return value != nullptr && value->boolean;
}

std::chrono::milliseconds duration_field(Value const& map, std::string_view name) {
    return parse_duration(text_field(map, name)).value_or(std::chrono::milliseconds{0});
}

std::vector<Value> const& items_field(Value const& map, std::string_view name) {
    static std::vector<Value> const none;
    Value const* const value = map.find(name);
    return value == nullptr ? none : value->items;
}

std::vector<std::string> texts_field(Value const& map, std::string_view name) {
    std::vector<std::string> texts;
    std::ranges::transform(items_field(map, name), std::back_inserter(texts), &Value::text);
    return texts;
}

std::map<std::string, std::string> text_map_field(Value const& map, std::string_view name) {
    std::map<std::string, std::string> texts;
    for (Member const& member : map_field(map, name).members) {
        texts.emplace(member.name, member.value.text);
    }
    return texts;
}

Value const& map_field(Value const& map, std::string_view name) {
    static Value const none(Value::Kind::map, {});
    Value const* const value = map.find(name);
    return value == nullptr ? none : *value;
}

}  // namespace holdfast::controller
