#pragma once

#include <boost/json/object.hpp>

#include "controller/translate/translate.hpp"

namespace holdfast::test {

/// All of a translation for people to read: tables (certificates by their digest, without keys),
/// the order in which each listener and host looks at its matches, and every status.
[[nodiscard]] boost::json::object render(controller::Translation const& translation);

}  // namespace holdfast::test
