// Goal: Events that the API server takes and `kubectl describe` shows. Method: requests compared as
// JSON; what kube-apiserver 1.34 requires of them.
#include "controller/kube/event.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/utf8.hpp"

namespace holdfast::controller::kube {
namespace {

namespace json = boost::json;

using namespace std::chrono_literals;

WallClock::time_point const kWall = std::chrono::sys_days(2026y / std::chrono::March / 1);

RecordedEvent recorded() {
    return {.event = {.regarding = {.api_version = "holdfast.dev/v1alpha1",
                                    .kind = "WebSocketRoute",
                                    .name_space = "shop",
                                    .name = "chat",
                                    .uid = "0b6e",
                                    .resource_version = "17"},
                      .type = EventType::warning,
                      .reason = "BackendNotFound",
                      .action = "Translate",
                      .note = "Service shop/chat does not exist"},
            .name = "chat.18a",
            .time = kWall,
            .series = {.count = 1, .last_observed = kWall}};
}

json::value body_of(Request const& request) { return json::parse(request.body); }

std::string note_sent_of(std::string note) {
    RecordedEvent it = recorded();
    it.event.note = std::move(note);
    return std::string(body_of(post_event(it, "pod")).at("note").as_string());
}

std::string filled(std::size_t count, std::string_view end = {}) {
    std::string text(count, 'a');
    text.append(end);
    return text;
}

TEST(Event, IsPostedToTheNamespaceOfItsObject) {
    Request const request = post_event(recorded(), "pod-a_1");
    EXPECT_EQ(request.method, Method::post);
    EXPECT_EQ(request.target, "/apis/events.k8s.io/v1/namespaces/shop/events");
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_EQ(body_of(request), json::parse(R"({
        "apiVersion": "events.k8s.io/v1", "kind": "Event",
        "metadata": {"namespace": "shop", "name": "chat.18a"},
        "eventTime": "2026-03-01T00:00:00.000000Z",
        "type": "Warning", "reason": "BackendNotFound", "action": "Translate",
        "note": "Service shop/chat does not exist",
        "regarding": {"apiVersion": "holdfast.dev/v1alpha1", "kind": "WebSocketRoute",
                      "namespace": "shop", "name": "chat", "uid": "0b6e",
                      "resourceVersion": "17"},
        "reportingController": "holdfast.dev/gateway-controller",
        "reportingInstance": "pod-a_1"})"));
}

TEST(Event, OfAnObjectWithoutANamespaceIsInDefault) {
    RecordedEvent it = recorded();
    it.event.regarding.name_space.clear();
    Request const request = post_event(it, "pod");
    EXPECT_EQ(request.target, "/apis/events.k8s.io/v1/namespaces/default/events");
    json::value const body = body_of(request);
    EXPECT_EQ(body.at("metadata").at("namespace"), "default");
    EXPECT_FALSE(body.at("regarding").as_object().contains("namespace"));
}

TEST(Event, SaysThatItIsNormal) {
    RecordedEvent it = recorded();
    it.event.type = EventType::normal;
    EXPECT_EQ(body_of(post_event(it, "pod")).at("type"), "Normal");
}

TEST(Event, TellsItsSeriesInAPatch) {
    RecordedEvent it = recorded();
    it.series = {.count = 7, .last_observed = kWall + 90s};
    Request const request = patch_series(it);
    EXPECT_EQ(request.method, Method::patch);
    EXPECT_EQ(request.target, "/apis/events.k8s.io/v1/namespaces/shop/events/chat.18a");
    EXPECT_EQ(request.content_type, "application/merge-patch+json");
    EXPECT_EQ(body_of(request), json::parse(R"({"series":
        {"count": 7, "lastObservedTime": "2026-03-01T00:01:30.000000Z"}})"));
}

TEST(Event, IsPostedWithItsSeriesWhenItHasOne) {
    RecordedEvent it = recorded();
    it.series.count = 2;
    EXPECT_EQ(body_of(post_event(it, "pod")).at("series").at("count"), 2);
}

TEST(Event, CutsALongNoteBetweenCharacters) {
    EXPECT_EQ(note_sent_of(filled(1024)), filled(1024));
    EXPECT_EQ(note_sent_of(filled(1025)), filled(1024));
    EXPECT_EQ(note_sent_of(filled(1023, "é")), filled(1023));
    EXPECT_EQ(note_sent_of(filled(1022, "éé")), filled(1022, "é"));
    EXPECT_EQ(note_sent_of(filled(1021, "🙂")), filled(1021));
}

TEST(Event, IsUtf8WhateverTheNoteHolds) {
    EXPECT_EQ(note_sent_of("a\xff"), "a\xef\xbf\xbd");
    EXPECT_TRUE(is_utf8(note_sent_of(std::string(2000, '\xff'))));
}

TEST(Event, CutsALongInstance) {
    json::value const body = body_of(post_event(recorded(), std::string(129, 'p')));
    EXPECT_EQ(body.at("reportingInstance"), std::string(128, 'p').c_str());
}

std::string name_for(std::string object, std::int64_t nanoseconds) {
    RecordedEvent it = recorded();
    it.event.regarding.name = std::move(object);
    return event_name(it.event.regarding, nanoseconds);
}

TEST(EventName, IsTheObjectsAndATime) { EXPECT_EQ(name_for("chat", 0x18a9f), "chat.18a9f"); }

TEST(EventName, OfALongNameIsOneThatTheApiServerTakes) {
    EXPECT_EQ(name_for(filled(251), 0x18a9f), filled(247, ".18a9f"));
    EXPECT_EQ(name_for(filled(245, "-.chat"), 0x18a9f), filled(245, ".18a9f"));
}

}  // namespace
}  // namespace holdfast::controller::kube
