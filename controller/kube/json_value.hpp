#pragma once

#include <boost/json/value.hpp>

#include "controller/source/value.hpp"

namespace holdfast::controller::kube {

/// A document of the API server as the tree that the decoder checks. Positions are unknown.
[[nodiscard]] Value to_value(boost::json::value const& json);

}  // namespace holdfast::controller::kube
