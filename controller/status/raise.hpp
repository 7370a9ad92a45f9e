#pragma once

#include <prometheus/counter.h>

#include <cstdint>

namespace holdfast::controller {

/// Brings a counter to a total that is kept elsewhere. One that is less, as when what counted has
/// ended, changes nothing: a counter only ever grows.
inline void raise(prometheus::Counter& counter, std::uint64_t total) {
    double const step = static_cast<double>(total) - counter.Value();
    if (step > 0) counter.Increment(step);
}

}  // namespace holdfast::controller
