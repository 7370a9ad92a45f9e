#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/source/value.hpp"

/// Reading members of a map that conforms to its schema: types and bounds are known to hold, so
/// only absence is left to ask about.
namespace holdfast::controller {

/// A member's text; empty without the member.
[[nodiscard]] std::string text_field(Value const& map, std::string_view name);
/// A member's number; 0 without the member. The schema's bounds make it fit `Integer`.
template <class Integer>
[[nodiscard]] Integer integer_field(Value const& map, std::string_view name) {
    Value const* const value = map.find(name);
    return value == nullptr ? Integer{} : static_cast<Integer>(value->integer);
}
/// A member's truth; false without the member.
[[nodiscard]] bool boolean_field(Value const& map, std::string_view name);
/// A member in the form of Gateway API durations; zero without the member.
[[nodiscard]] std::chrono::milliseconds duration_field(Value const& map, std::string_view name);
/// A member's items; none without the member.
[[nodiscard]] std::vector<Value> const& items_field(Value const& map, std::string_view name);
/// A list of texts.
[[nodiscard]] std::vector<std::string> texts_field(Value const& map, std::string_view name);
/// A map of texts.
[[nodiscard]] std::map<std::string, std::string> text_map_field(Value const& map,
                                                                std::string_view name);
/// A member that is a map itself; an empty one without the member.
[[nodiscard]] Value const& map_field(Value const& map, std::string_view name);

}  // namespace holdfast::controller
