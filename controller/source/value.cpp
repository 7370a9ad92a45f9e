#include "controller/source/value.hpp"

#include <algorithm>
#include <array>

namespace holdfast::controller {

Value::Value(Kind value_kind, Position position) : kind(value_kind), at(position) {}

Value const* Value::find(std::string_view name) const noexcept {
    auto const member = std::ranges::find(members, name, &Member::name);
    return member == members.end() ? nullptr : &member->value;
}

Value* Value::find(std::string_view name) noexcept {
    auto const member = std::ranges::find(members, name, &Member::name);
    return member == members.end() ? nullptr : &member->value;
}

std::string_view describe(Value::Kind kind) noexcept {
    constexpr std::array<std::string_view, 8> names{
        "null", "a boolean", "an integer", "a number", "a string", "ambiguous", "a list", "a map"};
    return names[static_cast<std::size_t>(kind)];
}

bool same_content(Value const& a, Value const& b) {
    if (a.kind != b.kind || a.members.size() != b.members.size()) return false;
    switch (a.kind) {
        case Value::Kind::null:
            return true;
        case Value::Kind::boolean:
            return a.boolean == b.boolean;
        case Value::Kind::integer:
            return a.integer == b.integer;
        case Value::Kind::number:
        case Value::Kind::string:
        case Value::Kind::ambiguous:
            return a.text == b.text;
        case Value::Kind::list:
            return std::ranges::equal(a.items, b.items, same_content);
        case Value::Kind::map:
            break;
    }
    return std::ranges::all_of(a.members, [&b](Member const& member) {
        Value const* const other = b.find(member.name);
        return other != nullptr && same_content(member.value, *other);
    });
}

std::string field_path(std::string_view parent, std::string_view name) {
    std::string path(parent);
    if (!path.empty()) path += '.';
    // Keys that hold dots or slashes, as labels and data do, are set in brackets.
    if (name.find_first_of("./") == std::string_view::npos) return path.append(name);
    if (!path.empty()) path.pop_back();
    return path.append("[").append(name).append("]");
}

std::string field_path(std::string_view parent, std::size_t index) {
    return std::string(parent) + "[" + std::to_string(index) + "]";
}

}  // namespace holdfast::controller
