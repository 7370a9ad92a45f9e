#pragma once

#include <string>

#include "controller/source/value.hpp"

namespace holdfast::controller {

/// What a plain (unquoted, untagged) YAML scalar stands for.
///
/// Takes the types that YAML 1.1 (kubectl's reader) and YAML 1.2 agree on. What only one of them
/// takes for a number or a boolean (`010`, `0x1F`, `1_000`, `on`, `yes`, `y`, `.inf`) becomes
/// Kind::ambiguous: a manifest that uses one means something else to some reader, so the decoder
/// refuses it with a word about quotes instead of guessing.
///
/// Source  YAML 1.2.2 §10.3.2 (core schema); yaml.org/type/{bool,int,float} for 1.1.
[[nodiscard]] Value plain_scalar(std::string text, Position at);

/// A scalar that is text whatever it looks like: quoted, a block, or tagged `!!str`.
[[nodiscard]] Value string_scalar(std::string text, Position at);

}  // namespace holdfast::controller
