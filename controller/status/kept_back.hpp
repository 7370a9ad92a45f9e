#pragma once

#include <string>

#include "controller/push/publisher.hpp"

/// What the quarantine of a Gateway keeps from its data planes, told to the owners of the objects:
/// object, field and fault of each, and whether a last good version stands in. Empty for nothing.
namespace holdfast::controller {

/// Of a route (`namespace/name`) and of the backends that it names.
[[nodiscard]] std::string kept_back_of_route(Publisher const& publisher, std::string const& gateway,
                                             std::string const& route);

/// Of a listener and of its certificates.
[[nodiscard]] std::string kept_back_of_listener(Publisher const& publisher,
                                                std::string const& gateway,
                                                std::string const& listener);

}  // namespace holdfast::controller
