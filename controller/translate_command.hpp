#pragma once

#include <string>
#include <vector>

namespace holdfast::controller {

/// `holdfast-controller translate`.
struct TranslateOptions {
    std::vector<std::string> files;  ///< Manifests, and directories of manifests.
};

/// Prints, as JSON, what the manifests mean: the table of every Gateway with its secrets left out,
/// and the status of every object as far as it does not take a fleet to know it.
/// Output  the exit code: 0, or 1 when a manifest cannot be read; then every problem is a line on
///         standard error, `file:line:column: object: field: message`, and nothing is printed.
[[nodiscard]] int run(TranslateOptions const& options);

}  // namespace holdfast::controller
