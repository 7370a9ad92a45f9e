#include "dataplane/eviction/pacer.hpp"

#include <algorithm>
#include <chrono>

#include "common/base/limits.hpp"

namespace holdfast {
namespace {

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Pacer::Pacer(TimePoint start, TimePoint deadline, std::uint64_t seed)
    : last_(start), deadline_(deadline), random_(seed), step_(next_step()) {}

std::size_t Pacer::due(TimePoint now, std::size_t left) {
    if (now >= deadline_) return left;
    Clock::duration const earned_max = 2 * limits::timer_tick;
    auto const elapsed = std::min(now - last_, earned_max);
    last_ = now;
    owed_ += seconds(elapsed) * static_cast<double>(left) / seconds(deadline_ - now);
    std::size_t closes = 0;
    while (closes < left && owed_ >= step_) {
        owed_ -= step_;
        step_ = next_step();
        ++closes;
    }
    // What nobody was left to be closed for is not saved up for those who join.
    if (closes == left) owed_ = 0;
    return closes;
}

double Pacer::next_step() { return std::uniform_real_distribution<>(0.5, 1.5)(random_); }

}  // namespace holdfast
