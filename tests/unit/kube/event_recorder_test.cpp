// Goal: what happens often is told seldom, and memory has a bound. Method: a clock by hand,
// requests read back.
#include "controller/kube/event_recorder.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

namespace json = boost::json;

using namespace std::chrono_literals;

WallClock::time_point const kWall = std::chrono::sys_days(2026y / std::chrono::March / 1);

Event event_of(std::string object, std::string note = "no such Service") {
    return {.regarding = {.api_version = "holdfast.dev/v1alpha1",
                          .kind = "WebSocketRoute",
                          .name_space = "shop",
                          .name = std::move(object),
                          .uid = "0b6e",
                          .resource_version = "17"},
            .type = EventType::warning,
            .reason = "BackendNotFound",
            .action = "Translate",
            .note = std::move(note)};
}

class EventRecorderTest : public testing::Test {
protected:
    EventRecorder recorder{"pod-a_1"};
    TimePoint now{};

    void record(Event const& event) { recorder.record(event, now, kWall + (now - TimePoint())); }
    void repeat_for(std::chrono::minutes how_long) {
        for (TimePoint const end = now + how_long; now < end; now += 1min) {
            record(event_of("chat"));
            recorder.sweep(now);
        }
    }
    std::vector<Request> sent() {
        std::vector<Request> all;
        while (auto request = recorder.next())
            all.push_back(std::move(*request));
        return all;
    }
    /// `POST` or `PATCH x<count>`.
    std::vector<std::string> told() {
        std::vector<std::string> all;
        for (Request const& request : sent()) {
            json::object const body = json::parse(request.body).as_object();
            std::string text = request.method == Method::post ? "POST" : "PATCH";
            if (body.contains("series"))
                text += " x" + std::to_string(body.at("series").at("count").as_int64());
            all.push_back(std::move(text));
        }
        return all;
    }
    using Told = std::vector<std::string>;
};

TEST_F(EventRecorderTest, SendsNothingByItself) { EXPECT_FALSE(recorder.next().has_value()); }

TEST_F(EventRecorderTest, PostsAnEvent) {
    record(event_of("chat"));
    std::vector<Request> const requests = sent();
    ASSERT_EQ(requests.size(), 1u);
    json::value const body = json::parse(requests[0].body);
    EXPECT_EQ(body.at("metadata").at("name"), "chat.18988e8f6b2f0000");
    EXPECT_EQ(body.at("reportingInstance"), "pod-a_1");
    EXPECT_EQ(body.at("regarding").at("resourceVersion"), "17");
}

TEST_F(EventRecorderTest, NamesNoTwoEventsTheSame) {
    record(event_of("chat", "one"));
    record(event_of("chat", "another"));
    std::vector<Request> const requests = sent();
    EXPECT_NE(json::parse(requests[0].body).at("metadata").at("name"),
              json::parse(requests[1].body).at("metadata").at("name"));
}

TEST_F(EventRecorderTest, TellsTheSecondOfASeriesAtOnce) {
    record(event_of("chat"));
    now += 6min - 1ms;
    record(event_of("chat"));
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2"}));
}

TEST_F(EventRecorderTest, TellsTheOthersEveryHalfHour) {
    repeat_for(30min);
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2"}));
    repeat_for(30min);
    EXPECT_EQ(told(), (Told{"PATCH x32"}));
    repeat_for(30min);
    EXPECT_EQ(told(), (Told{"PATCH x62"}));
}

TEST_F(EventRecorderTest, TellsTheLastCountWhenTheSeriesHasEnded) {
    repeat_for(5min);
    now += 5min - 1ms;
    recorder.sweep(now);
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2"}));
    now += 1ms;
    recorder.sweep(now);
    recorder.sweep(now + 1h);
    EXPECT_EQ(told(), (Told{"PATCH x5"}));
}

TEST_F(EventRecorderTest, TellsNothingMoreOfAnEventThatDidNotRepeat) {
    record(event_of("chat"));
    recorder.sweep(now + 6min);
    recorder.sweep(now + 1h);
    EXPECT_EQ(told(), (Told{"POST"}));
}

TEST_F(EventRecorderTest, BeginsAnewSixMinutesAfterTheLast) {
    repeat_for(3min);
    now += 5min;
    record(event_of("chat"));
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2", "PATCH x3", "POST"}));
}

TEST_F(EventRecorderTest, CountsEachNoteByItself) {
    record(event_of("chat", "one"));
    record(event_of("chat", "another"));
    EXPECT_EQ(told(), (Told{"POST", "POST"}));
}

TEST_F(EventRecorderTest, CountsOnWhenOnlyTheResourceVersionChanged) {
    Event event = event_of("chat");
    record(event);
    event.regarding.resource_version = "18";
    record(event);
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2"}));
}

TEST_F(EventRecorderTest, PostsAnEventThatIsGoneWithItsCount) {
    repeat_for(3min);
    Request const patch = sent()[1];
    recorder.gone(patch);
    EXPECT_EQ(told(), (Told{"POST x3"}));
    now += 6min;
    recorder.sweep(now);
    EXPECT_EQ(told(), Told());
    recorder.gone(patch);
    EXPECT_EQ(told(), Told());
}

TEST_F(EventRecorderTest, DropsAndCountsWhatAnObjectHasTooMuchOf) {
    for (int i = 0; i < 30; ++i)
        record(event_of("chat", std::to_string(i)));
    EXPECT_EQ(sent().size(), 25u);
    EXPECT_EQ(recorder.dropped(), 5u);
}

TEST_F(EventRecorderTest, ForgetsAllAndCountsWhatWaited) {
    record(event_of("chat"));
    record(event_of("news"));
    recorder.forget();
    EXPECT_EQ(recorder.dropped(), 2u);
    EXPECT_EQ(told(), Told());
    record(event_of("chat"));
    EXPECT_EQ(told(), (Told{"POST"}));
}

TEST_F(EventRecorderTest, CountsRepeatsWhateverTheSpamFilterSays) {
    for (int i = 0; i < 100; ++i)
        record(event_of("chat"));
    EXPECT_EQ(told(), (Told{"POST", "PATCH x2"}));
    EXPECT_EQ(recorder.dropped(), 0u);
}

TEST_F(EventRecorderTest, DropsAndCountsWhatFindsTheQueueFull) {
    for (std::size_t i = 0; i < limits::event_requests_max + 3; ++i)
        record(event_of(std::to_string(i)));
    EXPECT_EQ(recorder.dropped(), 3u);
    EXPECT_EQ(sent().size(), limits::event_requests_max);
}

TEST_F(EventRecorderTest, DropsAndCountsWhatIsTooMuchToRemember) {
    for (std::size_t i = 0; i < limits::event_series_max + 3; ++i) {
        record(event_of(std::to_string(i)));
        std::ignore = sent();
    }
    EXPECT_EQ(recorder.dropped(), 3u);
    now += 6min;
    recorder.sweep(now);
    record(event_of("chat"));
    EXPECT_EQ(told(), (Told{"POST"}));
}

}  // namespace
}  // namespace holdfast::controller::kube
