#pragma once

#include <random>

#include "common/model/table.hpp"

namespace holdfast::test {

using Random = std::mt19937_64;

/// A table of Gateway `default/edge` that passes validate, with every field drawn: default values
/// and others. Names come from small pools, so that two tables share some keys and differ in
/// others.
[[nodiscard]] model::Table random_table(Random& random);

/// `table` with some entries replaced, added and removed; the others are shared. Passes validate.
[[nodiscard]] model::Table random_change(model::Table const& table, Random& random);

}  // namespace holdfast::test
