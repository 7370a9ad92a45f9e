#pragma once

#include <string>

#include "controller/source/value.hpp"

namespace holdfast::controller {

/// A value on one line, as YAML: `{over: 60s, code: 1012}`.
[[nodiscard]] std::string compact_text(Value const& value);

/// The reference tables of a kind in Markdown, from the openAPIV3Schema of its CRD: one section per
/// object, one row per field with type, default, bounds and description.
[[nodiscard]] std::string reference_tables(Value const& schema);

}  // namespace holdfast::controller
