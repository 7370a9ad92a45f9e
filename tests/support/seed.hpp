#pragma once

#include <cstdint>

namespace holdfast::test {

/// The seed of this run's random tests: HOLDFAST_SEED if it is set, else a new one. Printed once,
/// so that a failure can be repeated.
[[nodiscard]] std::uint64_t seed();

}  // namespace holdfast::test
