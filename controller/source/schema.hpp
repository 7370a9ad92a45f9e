#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/source/cel_rules.hpp"
#include "controller/source/value.hpp"

namespace re2 {
class RE2;
}

namespace holdfast::controller {

/// A structural schema, as a CRD holds it, ready to check values with: the part of OpenAPI v3 and
/// of Kubernetes' extensions that our schemas use.
struct Schema {
    enum class Type : std::uint8_t { boolean, integer, string, list, map };
    /// x-kubernetes-list-type.
    enum class ListType : std::uint8_t {
        atomic,  ///< Items may repeat.
        set,     ///< No two items are equal.
        map,     ///< No two items have equal `map_keys`.
    };
    struct Bounds {
        std::optional<std::int64_t> min;
        std::optional<std::int64_t> max;
    };
    /// One of x-kubernetes-validations.
    struct Rule {
        std::string message;
        std::string field;  ///< fieldPath without its leading dot; empty: the value itself.
        CelTwin const* twin = nullptr;
    };

    Type type = Type::map;
    std::map<std::string, std::shared_ptr<Schema const>, std::less<>> properties;
    std::vector<std::string> required;
    /// Of a map with names of the author's choice: the schema of every value.
    std::shared_ptr<Schema const> additional;
    bool open = false;  ///< x-kubernetes-preserve-unknown-fields.
    std::shared_ptr<Schema const> items;
    ListType list_type = ListType::atomic;
    std::vector<std::string> map_keys;
    /// Of an integer its value, of a string its code points, of a list its items.
    Bounds bounds;
    std::shared_ptr<re2::RE2 const> pattern;
    std::vector<Value> allowed;   ///< enum; empty: anything.
    std::optional<Value> preset;  ///< default.
    bool sensitive = false;       ///< `format: password`: the value never enters a message.
    std::vector<Rule> rules;
};

/// Builds a schema from its document.
///
/// Input  one of our own schemas: a keyword, type or CEL message that is not known is a bug and
///        aborts (every schema is compiled by a test).
[[nodiscard]] Schema compile_schema(Value const& document);

}  // namespace holdfast::controller
