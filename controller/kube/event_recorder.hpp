#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "controller/kube/event.hpp"
#include "controller/kube/spam_filter.hpp"

namespace holdfast::controller::kube {

/// Turns what happens to objects into requests for the API server, few of them: an Event that
/// repeats is one object with a count.
///
/// The second one of a series is told at once, the others every limits::event_refresh_interval,
/// and the last count when the series has ended, limits::event_series_gap after its last Event.
/// Unlike client-go's, a series is of one note, whatever resourceVersion the object has: our own
/// status writes change that. A series passes the SpamFilter when it begins.
///
/// Events are help, not truth: what finds a bound reached is dropped and counted, and a request
/// that fails may be dropped too.
///
/// No I/O, no clock of its own; Threads none.
/// Source  client-go tools/events/event_broadcaster.go.
class EventRecorder {
public:
    /// `instance`: this process, as reportingInstance.
    explicit EventRecorder(std::string instance);

    void record(Event const& event, TimePoint now, WallClock::time_point wall);
    /// Ends series and tells counts whose time has come; once a minute is often enough.
    void sweep(TimePoint now);

    /// Drops all that waits, and begins every series anew.
    void forget();

    /// The next request, oldest first. A POST that is answered 409 has been there before.
    [[nodiscard]] std::optional<Request> next();
    /// A PATCH from next() was answered 404: the Event is stored anew, with its count.
    void gone(Request const& patch);

    /// Events and counts that were not sent on for a bound's sake, since the start.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    struct Series {
        RecordedEvent recorded;
        TimePoint last;     ///< Of its Events.
        TimePoint told_at;  ///< When a request said `told_count`.
        std::int32_t told_count = 1;
    };
    /// By the event without resourceVersion.
    using SeriesMap = std::map<Event, Series>;

    void begin(Event key, Event const& event, TimePoint now, WallClock::time_point wall);
    void repeat(Series& series, TimePoint now, WallClock::time_point wall);
    void tell(Series& series, TimePoint now);
    void end(Series& series, TimePoint now);
    [[nodiscard]] bool enqueue(Request request);

    std::string instance_;
    SeriesMap series_;
    SpamFilter spam_filter_;
    std::deque<Request> queue_;
    std::int64_t last_nanoseconds_ = 0;  ///< Of a name: no two are the same.
    std::uint64_t dropped_ = 0;
};

}  // namespace holdfast::controller::kube
