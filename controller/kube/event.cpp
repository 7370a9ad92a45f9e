#include "controller/kube/event.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <format>

#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"
#include "controller/kube/micro_time.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

constexpr std::string_view kController = "holdfast.dev/gateway-controller";
/// As the API server checks them, in bytes.
constexpr std::size_t kInstanceMax = 128;
constexpr std::size_t kNameMax = 253;

std::string name_space_of(Event const& event);
std::string collection_of(Event const& event);
std::string cut(std::string_view text, std::size_t bytes_max);
json::object series_json(EventSeries const& series);
json::object regarding_json(ObjectReference const& regarding);

}  // namespace

std::string event_name(ObjectReference const& regarding, std::int64_t nanoseconds) {
    std::string const suffix = std::format(".{:x}", nanoseconds);
    std::string name = regarding.name.substr(0, kNameMax - suffix.size());
    // Each label of a name ends in a letter or digit.
    while (name.ends_with('-') || name.ends_with('.'))
        name.pop_back();
    return name + suffix;
}

Request post_event(RecordedEvent const& recorded, std::string_view instance) {
    Event const& event = recorded.event;
    json::object body{{"apiVersion", "events.k8s.io/v1"},
                      {"kind", "Event"},
                      {"metadata", {{"namespace", name_space_of(event)}, {"name", recorded.name}}},
                      {"eventTime", format_micro_time(recorded.time)},
                      {"type", event.type == EventType::normal ? "Normal" : "Warning"},
                      {"reason", event.reason},
                      {"action", event.action},
                      {"note", cut(event.note, limits::event_note_bytes_max)},
                      {"regarding", regarding_json(event.regarding)},
                      {"reportingController", kController},
                      {"reportingInstance", cut(instance, kInstanceMax)}};
    if (recorded.series.count > 1) body["series"] = series_json(recorded.series);
    return {.method = Method::post,
            .target = collection_of(event),
            .body = json::serialize(body),
            .content_type = "application/json"};
}

Request patch_series(RecordedEvent const& recorded) {
    json::object const body{{"series", series_json(recorded.series)}};
    return {.method = Method::patch,
            .target = collection_of(recorded.event) + '/' + recorded.name,
            .body = json::serialize(body),
            .content_type = "application/merge-patch+json"};
}

namespace {

std::string name_space_of(Event const& event) {
    std::string const& name_space = event.regarding.name_space;
    return name_space.empty() ? "default" : name_space;
}

std::string collection_of(Event const& event) {
    return "/apis/events.k8s.io/v1/namespaces/" + name_space_of(event) + "/events";
}

/// The longest beginning that ends between two characters.
std::string cut(std::string_view text, std::size_t bytes_max) {
    std::string good = to_utf8(text);
    if (good.size() <= bytes_max) return good;
    auto const inside_character = [&](std::size_t at) {
        return (static_cast<unsigned char>(good[at]) & 0xc0) == 0x80;
    };
    std::size_t end = bytes_max;
    while (inside_character(end))
        --end;
    good.resize(end);
    return good;
}

json::object series_json(EventSeries const& series) {
    return {{"count", series.count}, {"lastObservedTime", format_micro_time(series.last_observed)}};
}

/// What is empty is left out: an object without a namespace has none.
json::object regarding_json(ObjectReference const& regarding) {
    json::object object;
    auto const add = [&](std::string_view name, std::string const& value) {
        if (!value.empty()) object[name] = value;
    };
    add("apiVersion", regarding.api_version);
    add("kind", regarding.kind);
    add("namespace", regarding.name_space);
    add("name", regarding.name);
    add("uid", regarding.uid);
    add("resourceVersion", regarding.resource_version);
    return object;
}

}  // namespace
}  // namespace holdfast::controller::kube
