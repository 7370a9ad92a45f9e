#include "common/base/backoff.hpp"

#include <algorithm>

namespace holdfast {

Backoff::Backoff(Duration first, Duration max, std::uint64_t seed) noexcept
    : first_(std::min(first, max)), max_(max), ceiling_(first_), random_(seed) {}

Backoff::Duration Backoff::next() {
    std::uniform_int_distribution<Duration::rep> uniform(0, ceiling_.count());
    Duration const wait{uniform(random_)};
    // Compared before doubling, since a huge maximum must not overflow.
    ceiling_ = ceiling_ > max_ / 2 ? max_ : ceiling_ * 2;
    return wait;
}

void Backoff::reset() noexcept { ceiling_ = first_; }

}  // namespace holdfast
