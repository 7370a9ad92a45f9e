#include "controller/source/schema.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/base/assert.hpp"

namespace holdfast::controller {

namespace {

using Reader = void (*)(Schema&, Value const&);

struct Keyword {
    std::string_view name;
    Reader read;
};

void read_type(Schema& schema, Value const& value);
void read_properties(Schema& schema, Value const& value);
void read_required(Schema& schema, Value const& value);
void read_additional(Schema& schema, Value const& value);
void read_open(Schema& schema, Value const& value);
void read_items(Schema& schema, Value const& value);
void read_list_type(Schema& schema, Value const& value);
void read_map_keys(Schema& schema, Value const& value);
void read_min(Schema& schema, Value const& value);
void read_max(Schema& schema, Value const& value);
void read_pattern(Schema& schema, Value const& value);
void read_enum(Schema& schema, Value const& value);
void read_default(Schema& schema, Value const& value);
void read_format(Schema& schema, Value const& value);
void read_rules(Schema& schema, Value const& value);
void ignore(Schema&, Value const&) {}

constexpr std::array kKeywords{
    Keyword{"type", read_type},
    Keyword{"properties", read_properties},
    Keyword{"required", read_required},
    Keyword{"additionalProperties", read_additional},
    Keyword{"x-kubernetes-preserve-unknown-fields", read_open},
    Keyword{"items", read_items},
    Keyword{"x-kubernetes-list-type", read_list_type},
    Keyword{"x-kubernetes-list-map-keys", read_map_keys},
    Keyword{"minimum", read_min},
    Keyword{"minLength", read_min},
    Keyword{"minItems", read_min},
    Keyword{"maximum", read_max},
    Keyword{"maxLength", read_max},
    Keyword{"maxItems", read_max},
    Keyword{"pattern", read_pattern},
    Keyword{"enum", read_enum},
    Keyword{"default", read_default},
    Keyword{"format", read_format},
    Keyword{"x-kubernetes-validations", read_rules},
    Keyword{"description", ignore},
};

}  // namespace

Schema compile_schema(Value const& document) {
    HOLDFAST_ASSERT(document.kind == Value::Kind::map);
    Schema schema;
    for (Member const& member : document.members) {
        auto const keyword = std::ranges::find(kKeywords, member.name, &Keyword::name);
        HOLDFAST_ASSERT(keyword != kKeywords.end());
        keyword->read(schema, member.value);
    }
    return schema;
}

namespace {

std::string const& text_of(Value const& value) {
    HOLDFAST_ASSERT(value.kind == Value::Kind::string);
    return value.text;
}

std::int64_t integer_of(Value const& value) {
    HOLDFAST_ASSERT(value.kind == Value::Kind::integer);
    return value.integer;
}

std::vector<std::string> texts_of(Value const& value) {
    std::vector<std::string> texts;
    std::ranges::transform(value.items, std::back_inserter(texts), text_of);
    return texts;
}

void read_type(Schema& schema, Value const& value) {
    constexpr std::array<std::pair<std::string_view, Schema::Type>, 5> types{{
        {"boolean", Schema::Type::boolean},
        {"integer", Schema::Type::integer},
        {"string", Schema::Type::string},
        {"array", Schema::Type::list},
        {"object", Schema::Type::map},
    }};
    auto const type =
        std::ranges::find(types, text_of(value), [](auto const& t) { return t.first; });
    HOLDFAST_ASSERT(type != types.end());
    schema.type = type->second;
}

void read_properties(Schema& schema, Value const& value) {
    for (Member const& member : value.members) {
        schema.properties.emplace(member.name,
                                  std::make_shared<Schema const>(compile_schema(member.value)));
    }
}

void read_required(Schema& schema, Value const& value) { schema.required = texts_of(value); }

void read_additional(Schema& schema, Value const& value) {
    schema.additional = std::make_shared<Schema const>(compile_schema(value));
}

void read_open(Schema& schema, Value const& value) { schema.open = value.boolean; }

void read_items(Schema& schema, Value const& value) {
    schema.items = std::make_shared<Schema const>(compile_schema(value));
}

void read_list_type(Schema& schema, Value const& value) {
    std::string const& type = text_of(value);
    HOLDFAST_ASSERT(type == "atomic" || type == "set" || type == "map");
    if (type == "set") schema.list_type = Schema::ListType::set;
    if (type == "map") schema.list_type = Schema::ListType::map;
}

void read_map_keys(Schema& schema, Value const& value) { schema.map_keys = texts_of(value); }

void read_min(Schema& schema, Value const& value) { schema.bounds.min = integer_of(value); }

void read_max(Schema& schema, Value const& value) { schema.bounds.max = integer_of(value); }

void read_pattern(Schema& schema, Value const& value) {
    auto pattern = std::make_shared<RE2>(text_of(value), RE2::Quiet);
    HOLDFAST_ASSERT(pattern->ok());
    schema.pattern = std::move(pattern);
}

void read_enum(Schema& schema, Value const& value) { schema.allowed = value.items; }

void read_default(Schema& schema, Value const& value) { schema.preset = value; }

/// int32, int64 and date-time only inform: the API server does not hold values to them either.
void read_format(Schema& schema, Value const& value) {
    schema.sensitive = text_of(value) == "password";
}

void read_rules(Schema& schema, Value const& value) {
    for (Value const& rule : value.items) {
        Value const* const message = rule.find("message");
        Value const* const field = rule.find("fieldPath");
        HOLDFAST_ASSERT(message != nullptr);
        CelTwin const* const twin = find_cel_twin(text_of(*message));
        HOLDFAST_ASSERT(twin != nullptr);
        schema.rules.push_back({.message = message->text,
                                .field = field == nullptr ? "" : text_of(*field).substr(1),
                                .twin = twin});
    }
}

}  // namespace

}  // namespace holdfast::controller
