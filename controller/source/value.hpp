#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::controller {

/// Where something stands in a file. Counted from 1; 0 where it is not known.
struct Position {
    int line = 0;
    int column = 0;

    friend bool operator==(Position const&, Position const&) = default;
};

/// One fault in a document: where, which field (as kubectl prints it), and what is wrong.
struct Fault {
    Position at;
    std::string field;
    std::string message;

    friend bool operator==(Fault const&, Fault const&) = default;
};

struct Member;

/// A node of a document: what JSON can hold, with its position in the file.
///
/// The tree is free of YAML: anchors are expanded, scalars have their type. It is what the
/// decoder checks against a schema, whatever the bytes were.
struct Value {
    enum class Kind : std::uint8_t {
        null,
        boolean,
        integer,  ///< A number without fraction that fits 64 bits.
        number,   ///< Any other number.
        string,
        ambiguous,  ///< A scalar that readers of YAML 1.1 and 1.2 take differently: `on`, `010`.
        list,
        map,
    };

    Kind kind = Kind::null;
    bool boolean = false;
    std::int64_t integer = 0;
    Position at;
    std::string text;  ///< A string's value; any other scalar as it was written.
    std::vector<Value> items;
    std::vector<Member> members;  ///< In the document's order; no name comes twice.

    Value() = default;
    Value(Kind value_kind, Position position);

    /// The member's value; nullptr when there is none or this is no map.
    [[nodiscard]] Value const* find(std::string_view name) const noexcept;
    [[nodiscard]] Value* find(std::string_view name) noexcept;
};

struct Member {
    std::string name;
    Position at;
    Value value;
};

/// `a string`, `a map`, ...: for messages.
[[nodiscard]] std::string_view describe(Value::Kind kind) noexcept;

/// True when both hold the same, wherever they stand. The order of members does not count.
[[nodiscard]] bool same_content(Value const& a, Value const& b);

/// `parent.name`, or `name` at the top: the path of a field as kubectl prints it.
[[nodiscard]] std::string field_path(std::string_view parent, std::string_view name);
/// `parent[index]`.
[[nodiscard]] std::string field_path(std::string_view parent, std::size_t index);

}  // namespace holdfast::controller
