#include "tests/unit/source/reference_tables.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "controller/source/fields.hpp"

namespace holdfast::controller {
namespace {

class Tables {
public:
    void section(Value const& schema, std::string const& path);
    [[nodiscard]] std::string const& text() const { return text_; }

private:
    void row(Value const& object, Member const& field);

    std::string text_;
};

std::string type_of(Value const& field);
std::string limits_of(Value const& field);
std::string code(std::string const& text);
std::string cell(std::string const& text);

/// An object's own schema: a field that is an object, or a list of objects.
Value const* object_in(Value const& field) {
    Value const& inner = text_field(field, "type") == "array" ? map_field(field, "items") : field;
    return inner.find("properties") != nullptr ? &inner : nullptr;
}

void Tables::section(Value const& schema, std::string const& path) {
    Value const& properties = map_field(schema, "properties");
    text_ += "### `" + path + "`\n\n";
    text_ += text_field(schema, "description") + "\n\n";
    for (Value const& rule : items_field(schema, "x-kubernetes-validations")) {
        std::string const field = text_field(rule, "fieldPath");
        text_ += "Rule: " + (field.empty() ? "" : "`" + field.substr(1) + "`: ") +
                 text_field(rule, "message") + ".\n\n";
    }
    text_ += "| Field | Type | Default | Bounds | Meaning |\n|---|---|---|---|---|\n";
    for (Member const& field : properties.members)
        row(schema, field);
    text_ += "\n";
    for (Member const& field : properties.members) {
        Value const* const object = object_in(field.value);
        bool const is_list = text_field(field.value, "type") == "array";
        if (object != nullptr) section(*object, path + "." + field.name + (is_list ? "[]" : ""));
    }
}

void Tables::row(Value const& object, Member const& field) {
    std::vector<std::string> const required = texts_field(object, "required");
    bool const is_required = std::ranges::find(required, field.name) != required.end();
    Value const* const preset = field.value.find("default");
    std::string const fallback = is_required ? "required" : "";
    text_ += "| `" + field.name + "` | " + type_of(field.value) + " | " +
             (preset == nullptr ? fallback : "`" + cell(compact_text(*preset)) + "`") + " | " +
             cell(limits_of(field.value)) + " | " + cell(text_field(field.value, "description")) +
             " |\n";
}

std::string type_of(Value const& field) {
    std::string const type = text_field(field, "type");
    if (type != "array") return type;
    return "list of " + text_field(map_field(field, "items"), "type") + "s";
}

void add(std::string& text, std::string const& part) { text += (text.empty() ? "" : "; ") + part; }

std::string range(Value const& field, std::string_view min_name, std::string_view max_name) {
    std::string const min = text_field(field, min_name);
    std::string const max = text_field(field, max_name);
    if (min.empty() && max.empty()) return {};
    if (min.empty()) return "at most " + max;
    return max.empty() ? "at least " + min : min + " to " + max;
}

std::string limits_of(Value const& field) {
    std::string text;
    std::string values;
    for (Value const& value : items_field(field, "enum")) {
        values += (values.empty() ? "`" : ", `") + value.text + "`";
    }
    if (!values.empty()) add(text, values);
    if (std::string const r = range(field, "minimum", "maximum"); !r.empty()) add(text, r);
    if (std::string const r = range(field, "minLength", "maxLength"); !r.empty())
        add(text, r + " characters");
    if (std::string const r = range(field, "minItems", "maxItems"); !r.empty())
        add(text, r + " items");
    if (std::string const pattern = text_field(field, "pattern"); !pattern.empty())
        add(text, code(pattern));
    std::string const list = text_field(field, "x-kubernetes-list-type");
    if (list == "set") add(text, "no item twice");
    if (list == "map")
        add(text, "no `" + texts_field(field, "x-kubernetes-list-map-keys").front() + "` twice");
    for (Value const& rule : items_field(field, "x-kubernetes-validations")) {
        if (object_in(field) == nullptr || text_field(field, "type") == "array")
            add(text, text_field(rule, "message"));
    }
    Value const& items = map_field(field, "items");
    if (items.find("type") != nullptr && object_in(field) == nullptr) {
        if (std::string const each = limits_of(items); !each.empty()) add(text, "each: " + each);
    }
    return text;
}

/// Code that holds a backtick stands between two.
std::string code(std::string const& text) {
    return text.find('`') == text.npos ? "`" + text + "`" : "`` " + text + " ``";
}

/// A cell ends at a bar, even inside code.
std::string cell(std::string const& text) {
    std::string out;
    for (char const c : text)
        out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

}  // namespace

std::string compact_text(Value const& value) {
    std::string text;
    if (value.kind == Value::Kind::list) {
        for (Value const& item : value.items)
            text += (text.empty() ? "" : ", ") + compact_text(item);
        return "[" + text + "]";
    }
    if (value.kind == Value::Kind::map) {
        for (Member const& member : value.members) {
            text += (text.empty() ? "" : ", ") + member.name + ": " + compact_text(member.value);
        }
        return "{" + text + "}";
    }
    return value.text.empty() ? "\"\"" : value.text;
}

std::string reference_tables(Value const& schema) {
    Tables tables;
    for (char const* part : {"spec", "status"}) {
        tables.section(map_field(map_field(schema, "properties"), part), part);
    }
    return tables.text();
}

}  // namespace holdfast::controller
