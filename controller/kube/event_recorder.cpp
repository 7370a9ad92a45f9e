#include "controller/kube/event_recorder.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {

EventRecorder::EventRecorder(std::string instance) : instance_(std::move(instance)) {}

void EventRecorder::record(Event const& event, TimePoint now, WallClock::time_point wall) {
    Event key = event;
    key.regarding.resource_version.clear();
    auto const known = series_.find(key);
    if (known != series_.end()) {
        if (now - known->second.last < limits::event_series_gap)
            return repeat(known->second, now, wall);
        end(known->second, now);
        series_.erase(known);
    }
    begin(std::move(key), event, now, wall);
}

void EventRecorder::begin(Event key, Event const& event, TimePoint now,
                          WallClock::time_point wall) {
    if (series_.size() >= limits::event_series_max || !spam_filter_.admit(event.regarding, now)) {
        ++dropped_;
        return;
    }
    std::chrono::nanoseconds const since_epoch = wall.time_since_epoch();
    last_nanoseconds_ = std::max<std::int64_t>(since_epoch.count(), last_nanoseconds_ + 1);
    RecordedEvent recorded{.event = event,
                           .name = event_name(event.regarding, last_nanoseconds_),
                           .time = wall,
                           .series = {.count = 1, .last_observed = wall}};
    if (!enqueue(post_event(recorded, instance_))) return;
    series_.emplace(std::move(key),
                    Series{.recorded = std::move(recorded), .last = now, .told_at = now});
}

void EventRecorder::repeat(Series& series, TimePoint now, WallClock::time_point wall) {
    EventSeries& counted = series.recorded.series;
    if (counted.count < std::numeric_limits<std::int32_t>::max()) ++counted.count;
    counted.last_observed = wall;
    series.last = now;
    if (counted.count == 2) tell(series, now);
}

void EventRecorder::tell(Series& series, TimePoint now) {
    if (!enqueue(patch_series(series.recorded))) return;
    series.told_count = series.recorded.series.count;
    series.told_at = now;
}

void EventRecorder::end(Series& series, TimePoint now) {
    if (series.recorded.series.count > series.told_count) tell(series, now);
}

void EventRecorder::sweep(TimePoint now) {
    std::erase_if(series_, [&](auto& entry) {
        Series& series = entry.second;
        bool const ended = now - series.last >= limits::event_series_gap;
        if (ended) {
            end(series, now);
        } else if (series.recorded.series.count > series.told_count &&
                   now - series.told_at >= limits::event_refresh_interval) {
            tell(series, now);
        }
        return ended;
    });
}

bool EventRecorder::enqueue(Request request) {
    if (queue_.size() >= limits::event_requests_max) {
        ++dropped_;
        return false;
    }
    queue_.push_back(std::move(request));
    return true;
}

void EventRecorder::forget() {
    dropped_ += queue_.size();
    queue_.clear();
    series_.clear();
}

std::optional<Request> EventRecorder::next() {
    if (queue_.empty()) return std::nullopt;
    Request request = std::move(queue_.front());
    queue_.pop_front();
    return request;
}

void EventRecorder::gone(Request const& patch) {
    auto const found = std::ranges::find_if(series_, [&](auto const& entry) {
        return patch.target.ends_with('/' + entry.second.recorded.name);
    });
    // Of a series that has ended nothing is left to store.
    if (found != series_.end()) {
        RecordedEvent const& recorded = found->second.recorded;
        if (enqueue(post_event(recorded, instance_)))
            found->second.told_count = recorded.series.count;
    }
}

}  // namespace holdfast::controller::kube
