#include "controller/kube/spam_filter.hpp"

#include <algorithm>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {

bool SpamFilter::admit(ObjectReference const& object, TimePoint now) {
    ObjectReference key = object;
    key.resource_version.clear();
    if (rested_at_.size() >= limits::event_objects_max && !rested_at_.contains(key)) {
        forget_rested(now);
        if (rested_at_.size() >= limits::event_objects_max) return false;
    }
    TimePoint& rested_at = rested_at_.try_emplace(key, now).first->second;
    TimePoint const then = std::max(rested_at, now) + limits::event_refill_interval;
    if (then > now + limits::event_burst_max * limits::event_refill_interval) return false;
    rested_at = then;
    return true;
}

void SpamFilter::forget_rested(TimePoint now) {
    std::erase_if(rested_at_, [&](auto const& entry) { return entry.second <= now; });
}

}  // namespace holdfast::controller::kube
