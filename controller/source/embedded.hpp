#pragma once

#include <string_view>

namespace holdfast::controller {

/// A YAML file that is compiled into the program, by its name (`gateway.yaml`): the schemas of the
/// folder `schemas` and the CRDs of `crds`. A name that is not there is a bug and aborts.
[[nodiscard]] std::string_view embedded_file(std::string_view name);

}  // namespace holdfast::controller
