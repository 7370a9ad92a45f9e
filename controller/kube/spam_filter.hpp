#pragma once

#include <cstddef>
#include <map>

#include "common/base/clock.hpp"
#include "controller/kube/event.hpp"

namespace holdfast::controller::kube {

/// Lets each object have limits::event_burst_max Events at once, and one more every
/// limits::event_refill_interval: an object that flaps must not fill the cluster's store.
/// No clock of its own; Threads none.
/// Source  client-go tools/record/events_cache.go, EventSourceObjectSpamFilter.
class SpamFilter {
public:
    /// Whether an Event of this object is let through now. Of more than limits::event_objects_max
    /// objects in a short time, those that came last have none.
    [[nodiscard]] bool admit(ObjectReference const& object, TimePoint now);

private:
    void forget_rested(TimePoint now);

    /// When each object may have a full burst again; those that may by now need not be here.
    /// The resourceVersion is left out.
    std::map<ObjectReference, TimePoint> rested_at_;
};

}  // namespace holdfast::controller::kube
