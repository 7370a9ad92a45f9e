#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// An object that an Event is about. Without the uid `kubectl describe` does not show it.
struct ObjectReference {
    std::string api_version;
    std::string kind;
    std::string name_space;  ///< Empty for what has none; its Events live in `default`.
    std::string name;
    std::string uid;
    std::string resource_version;

    friend auto operator<=>(ObjectReference const&, ObjectReference const&) = default;
};

/// How kubectl sorts Events: as it should be, or something to look at.
enum class EventType : std::uint8_t { normal, warning };

/// What happened to an object, for people.
struct Event {
    ObjectReference regarding;
    EventType type = EventType::normal;
    std::string reason;  ///< Why, CamelCase, 1 to 128 bytes: `NoMatchingParent`.
    std::string action;  ///< What was done, the same form: `Translate`.
    std::string
        note;  ///< What the API server takes of it is sent, see limits::event_note_bytes_max.

    friend auto operator<=>(Event const&, Event const&) = default;
};

/// How often an Event was seen.
struct EventSeries {
    std::int32_t count = 1;
    WallClock::time_point last_observed;
};

/// An Event as it is stored in the cluster (events.k8s.io/v1).
struct RecordedEvent {
    Event event;
    std::string name;  ///< See event_name.
    WallClock::time_point time;
    EventSeries series;
};

/// `<object>.<nanoseconds, hexadecimal>`; of a long object's name the beginning.
[[nodiscard]] std::string event_name(ObjectReference const& regarding, std::int64_t nanoseconds);

/// Stores it. `instance` is this process, at most 128 bytes of it are sent.
[[nodiscard]] Request post_event(RecordedEvent const& recorded, std::string_view instance);
/// Tells its series; what kubectl shows as `x2`. Needs a count of 2 or more.
[[nodiscard]] Request patch_series(RecordedEvent const& recorded);

}  // namespace holdfast::controller::kube
