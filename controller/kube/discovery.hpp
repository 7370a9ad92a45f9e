#pragma once

#include <string_view>

#include "common/base/failure.hpp"

namespace holdfast::controller::kube {

/// Does a group version still take new objects of a kind? Discovery leaves out `create` from the
/// moment that a CRD is marked as terminating, which is before its objects are deleted, and the
/// whole kind after that.
/// Input  `body` is a meta/v1 APIResourceList.
/// Errors  `body` is none, and tells nothing.
[[nodiscard]] Outcome<bool> takes_new_objects(std::string_view body, std::string_view plural);

}  // namespace holdfast::controller::kube
