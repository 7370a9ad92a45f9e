#include "controller/source/conform.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller {

namespace {

class Conformance {
public:
    explicit Conformance(UnknownFields unknown_fields) : unknown_fields_(unknown_fields) {}

    void check(Schema const& schema, Value& value, std::string const& path);
    [[nodiscard]] std::vector<Fault> take() && { return std::move(faults_); }

private:
    /// False, with a fault, when the value is of another type than the schema's.
    bool check_type(Schema const& schema, Value const& value, std::string const& path);
    void check_map(Schema const& schema, Value& map, std::string const& path);
    void check_member(Schema const& schema, Member& member, std::string const& path);
    void check_list(Schema const& schema, Value& list, std::string const& path);
    void check_duplicates(Schema const& schema, Value const& list, std::string const& path);
    void check_string(Schema const& schema, Value const& string, std::string const& path);
    void check_bounds(Schema const& schema, Value const& value, std::string const& path);
    void check_enum(Schema const& schema, Value const& value, std::string const& path);
    void check_rules(Schema const& schema, Value const& value, std::string const& path);
    void fault(Position at, std::string const& path, std::string message);

    UnknownFields unknown_fields_;
    std::vector<Fault> faults_;
};

void fill_in_defaults(Schema const& schema, Value& map);
void place(Value& value, Position at);
Schema const* schema_of(Schema const& map, std::string_view name);
std::int64_t measure(Schema const& schema, Value const& value);
std::string bound_message(Schema const& schema, std::string_view which, std::int64_t bound);
std::string expected(Schema::Type type);
bool fits(Schema::Type type, Value::Kind kind);

}  // namespace

std::vector<Fault> conform(Schema const& schema, Value& value, UnknownFields unknown_fields) {
    return conform_at({}, schema, value, unknown_fields);
}

std::vector<Fault> conform_at(std::string const& field, Schema const& schema, Value& value,
                              UnknownFields unknown_fields) {
    Conformance conformance(unknown_fields);
    conformance.check(schema, value, field);
    return std::move(conformance).take();
}

namespace {

void Conformance::check(Schema const& schema, Value& value, std::string const& path) {
    std::size_t const faults_before = faults_.size();
    if (!check_type(schema, value, path)) return;
    check_bounds(schema, value, path);
    check_enum(schema, value, path);
    switch (schema.type) {
        case Schema::Type::string:
            check_string(schema, value, path);
            break;
        case Schema::Type::list:
            check_list(schema, value, path);
            break;
        case Schema::Type::map:
            check_map(schema, value, path);
            break;
        case Schema::Type::boolean:
        case Schema::Type::integer:
            break;
    }
    if (faults_.size() == faults_before) check_rules(schema, value, path);
}

bool Conformance::check_type(Schema const& schema, Value const& value, std::string const& path) {
    if (fits(schema.type, value.kind)) return true;
    if (value.kind != Value::Kind::ambiguous) {
        fault(value.at, path,
              "must be " + expected(schema.type) + ", not " + std::string(describe(value.kind)));
    } else if (schema.sensitive || schema.type != Schema::Type::string) {
        fault(value.at, path, "must be " + expected(schema.type) + ", written plainly");
    } else {
        fault(value.at, path, "must be a string: put quotes around " + value.text);
    }
    return false;
}

void Conformance::check_map(Schema const& schema, Value& map, std::string const& path) {
    std::erase_if(map.members, [&schema](Member const& member) {
        return member.value.kind == Value::Kind::null && schema_of(schema, member.name) != nullptr;
    });
    fill_in_defaults(schema, map);
    for (std::string const& name : schema.required) {
        if (map.find(name) == nullptr) fault(map.at, field_path(path, name), "is required");
    }
    for (Member& member : map.members)
        check_member(schema, member, path);
}

void Conformance::check_member(Schema const& schema, Member& member, std::string const& path) {
    Schema const* const known = schema_of(schema, member.name);
    if (known != nullptr) {
        check(*known, member.value, field_path(path, member.name));
    } else if (unknown_fields_ == UnknownFields::refuse && !schema.open) {
        fault(member.at, field_path(path, member.name), "unknown field");
    }
}

void Conformance::check_list(Schema const& schema, Value& list, std::string const& path) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        check(*schema.items, list.items[i], field_path(path, i));
    }
    check_duplicates(schema, list, path);
}

/// Compares every pair, so only lists within their bound are looked at; the others are refused.
void Conformance::check_duplicates(Schema const& schema, Value const& list,
                                   std::string const& path) {
    auto const size = static_cast<std::int64_t>(list.items.size());
    if (schema.list_type == Schema::ListType::atomic || size > schema.bounds.max.value_or(0))
        return;
    auto const equal = [&schema](Value const& a, Value const& b) {
        if (schema.list_type == Schema::ListType::set) return same_content(a, b);
        return std::ranges::all_of(schema.map_keys, [&a, &b](std::string const& key) {
            Value const* const left = a.find(key);
            Value const* const right = b.find(key);
            return left != nullptr && right != nullptr && same_content(*left, *right);
        });
    };
    for (std::size_t i = 1; i < list.items.size(); ++i) {
        auto const end = list.items.begin() + static_cast<std::ptrdiff_t>(i);
        auto const twin = std::find_if(list.items.begin(), end,
                                       [&](Value const& v) { return equal(v, list.items[i]); });
        if (twin == end) continue;
        fault(list.items[i].at, field_path(path, i),
              "repeats item " + std::to_string(twin - list.items.begin()));
    }
}

void Conformance::check_string(Schema const& schema, Value const& string, std::string const& path) {
    if (schema.pattern && !RE2::PartialMatch(string.text, *schema.pattern)) {
        fault(string.at, path, "must match " + schema.pattern->pattern());
    }
}

void Conformance::check_bounds(Schema const& schema, Value const& value, std::string const& path) {
    if (!schema.bounds.min && !schema.bounds.max) return;
    std::int64_t const size = measure(schema, value);
    if (schema.bounds.min && size < *schema.bounds.min) {
        fault(value.at, path, bound_message(schema, "at least", *schema.bounds.min));
    }
    if (schema.bounds.max && size > *schema.bounds.max) {
        fault(value.at, path, bound_message(schema, "at most", *schema.bounds.max));
    }
}

void Conformance::check_enum(Schema const& schema, Value const& value, std::string const& path) {
    auto const is_value = [&value](Value const& allowed) { return same_content(allowed, value); };
    if (schema.allowed.empty() || std::ranges::any_of(schema.allowed, is_value)) return;
    std::string list;
    for (Value const& allowed : schema.allowed) {
        list.append(list.empty() ? "" : ", ").append(allowed.text);
    }
    fault(value.at, path, "must be one of " + list);
}

void Conformance::check_rules(Schema const& schema, Value const& value, std::string const& path) {
    for (Schema::Rule const& rule : schema.rules) {
        if (rule.twin->holds(value)) continue;
        Value const* const member = rule.field.empty() ? nullptr : value.find(rule.field);
        fault(member == nullptr ? value.at : member->at,
              rule.field.empty() ? path : field_path(path, rule.field), rule.message);
    }
}

void Conformance::fault(Position at, std::string const& path, std::string message) {
    if (faults_.size() >= limits::manifest_problems_max) return;
    faults_.push_back({at, path, std::move(message)});
}

void fill_in_defaults(Schema const& schema, Value& map) {
    for (auto const& [name, property] : schema.properties) {
        if (!property->preset || map.find(name) != nullptr) continue;
        map.members.push_back({.name = name, .at = map.at, .value = *property->preset});
        place(map.members.back().value, map.at);
    }
}

/// What comes from a default stands, for the author, where it is missing.
void place(Value& value, Position at) {
    value.at = at;
    for (Value& item : value.items)
        place(item, at);
    for (Member& member : value.members) {
        member.at = at;
        place(member.value, at);
    }
}

Schema const* schema_of(Schema const& map, std::string_view name) {
    auto const property = map.properties.find(name);
    return property == map.properties.end() ? map.additional.get() : property->second.get();
}

/// What Bounds bound.
std::int64_t measure(Schema const& schema, Value const& value) {
    switch (schema.type) {
        case Schema::Type::integer:
            return value.integer;
        case Schema::Type::list:
            return static_cast<std::int64_t>(value.items.size());
        case Schema::Type::map:
            return static_cast<std::int64_t>(value.members.size());
        case Schema::Type::boolean:
        case Schema::Type::string:
            break;
    }
    // Every byte but those that continue a code point (10xxxxxx).
    return std::ranges::count_if(
        value.text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::string bound_message(Schema const& schema, std::string_view which, std::int64_t bound) {
    std::string message = schema.type == Schema::Type::integer ? "must be " : "must have ";
    message.append(which).append(" ").append(std::to_string(bound));
    if (schema.type == Schema::Type::string) message += bound == 1 ? " character" : " characters";
    if (schema.type == Schema::Type::list) message += bound == 1 ? " item" : " items";
    return message;
}

std::string expected(Schema::Type type) {
    switch (type) {
        case Schema::Type::boolean:
            return "true or false";
        case Schema::Type::integer:
            return "an integer";
        case Schema::Type::string:
            return "a string";
        case Schema::Type::list:
            return "a list";
        case Schema::Type::map:
            break;
    }
    return "a map";
}

bool fits(Schema::Type type, Value::Kind kind) {
    switch (type) {
        case Schema::Type::boolean:
            return kind == Value::Kind::boolean;
        case Schema::Type::integer:
            return kind == Value::Kind::integer;
        case Schema::Type::string:
            return kind == Value::Kind::string;
        case Schema::Type::list:
            return kind == Value::Kind::list;
        case Schema::Type::map:
            break;
    }
    return kind == Value::Kind::map;
}

}  // namespace

}  // namespace holdfast::controller
