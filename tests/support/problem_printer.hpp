#pragma once

#include <ostream>

#include "common/base/error.hpp"

namespace holdfast {

/// How GoogleTest shows a problem that was not expected (found by argument-dependent lookup).
inline void PrintTo(Problem const& problem, std::ostream* out) { *out << to_string(problem); }

}  // namespace holdfast
