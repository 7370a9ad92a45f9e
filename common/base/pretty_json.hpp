#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace holdfast {

/// JSON for people and diffs: what fits into a line of 100 columns stands in one, the rest is
/// indented by two. Ends with a newline.
[[nodiscard]] std::string pretty(boost::json::value const& value);

}  // namespace holdfast
