#pragma once

#include <string_view>
#include <vector>

#include "controller/source/value.hpp"

namespace holdfast::controller {

/// One document of a file, and what is wrong with how it is written.
struct Document {
    Value root;
    std::vector<Fault> faults;
};

/// Reads a file of YAML documents into trees.
///
/// Input   any bytes. Bounds: limits::manifest_bytes_max, limits::manifest_depth_max, and
///         limits::manifest_values_max nodes after anchors are expanded.
/// Output  the documents in order, without empty ones. A fault is: bytes that are not UTF-8 text,
///         syntax, a key that comes twice or is no scalar, a merge key, a tag, an alias to its own
///         parent, a bound exceeded. Syntax and bounds end the reading; the document they are in
///         comes last, with what was read of it left out. Faults never repeat the file's text.
/// Source  YAML 1.2 as yaml-cpp reads it; what a plain scalar means is plain_scalar's.
[[nodiscard]] std::vector<Document> read_yaml(std::string_view bytes);

}  // namespace holdfast::controller
