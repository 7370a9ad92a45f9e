#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/source/schema.hpp"
#include "controller/source/value.hpp"

namespace holdfast::controller {

/// What to do with a field that the schema does not have.
enum class UnknownFields : std::uint8_t {
    refuse,  ///< The schema is the whole of the kind.
    ignore,  ///< The schema holds only what we read of a kind of someone else's.
};

/// Makes `value` what the API server would store, and says why it would not.
///
/// As there: a null member counts as absent, defaults are filled in from the outside in, then
/// every node is held to its schema, and the CEL rules of a node are asked when all within it is
/// well. (The server asks none at all while anything else is wrong; what it refuses is the same.)
///
/// Output  faults by field, empty when the value conforms; at most limits::manifest_problems_max.
/// Source  Kubernetes apiextensions: structural schemas, defaulting, list types.
[[nodiscard]] std::vector<Fault> conform(Schema const& schema, Value& value,
                                         UnknownFields unknown_fields);

/// As above, with `field` in front of every field's path.
[[nodiscard]] std::vector<Fault> conform_at(std::string const& field, Schema const& schema,
                                            Value& value, UnknownFields unknown_fields);

}  // namespace holdfast::controller
