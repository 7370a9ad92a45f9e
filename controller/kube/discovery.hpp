#pragma once

#include <string_view>

#include "common/base/failure.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// Does a kind's definition stand? Discovery leaves out `create` from the moment that a CRD is
/// marked as terminating, which is before its objects are deleted, and the whole kind after that.
/// Input   `discovery` is the answer for the kind's group version: a meta/v1 APIResourceList.
/// Errors  it is none, and tells nothing.
[[nodiscard]] Outcome<bool> is_defined(Outcome<Answer> const& discovery, std::string_view plural);

}  // namespace holdfast::controller::kube
