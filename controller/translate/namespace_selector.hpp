#pragma once

#include <optional>
#include <string>

#include "controller/store/snapshot.hpp"

namespace holdfast::controller {

/// What keeps `selector` from being one, as apimachinery's parser has it, or nothing: In and NotIn
/// need values, Exists and DoesNotExist must have none, keys and values have the form of labels.
/// One with a fault selects nothing.
/// Output  the end of a sentence that begins with the selector's field: `.matchExpressions ...`.
[[nodiscard]] std::optional<std::string> fault_of(LabelSelector const& selector);

/// Does `selector` select the namespace? Of one without an object nothing is known but its name:
/// what asks for any other label, or for its absence, does not hold.
[[nodiscard]] bool selects(LabelSelector const& selector, std::string const& name_space,
                           Objects<Namespace> const& namespaces);

}  // namespace holdfast::controller
