// Goal: Events reach the API server while it takes them, and wear it out never. Method: an API
// server of the test's own behind the transport.
#include "controller/status/event_writer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "tests/support/fake_transport.hpp"

namespace holdfast::controller {
namespace {

using kube::Answer;
using kube::Method;

std::string const kInfra = "/apis/events.k8s.io/v1/namespaces/infra/events";
std::string const kTeam = "/apis/events.k8s.io/v1/namespaces/team/events";
constexpr auto kPatience = std::chrono::seconds(7);

kube::Event event(std::string name_space, std::string reason) {
    return {.regarding = {.api_version = "v1",
                          .kind = "Gateway",
                          .name_space = std::move(name_space),
                          .name = "edge",
                          .uid = "u-1",
                          .resource_version = "5"},
            .type = kube::EventType::normal,
            .reason = std::move(reason),
            .action = "UpdateStatus",
            .note = "it is so"};
}

class EventWriterTest : public ::testing::Test {
protected:
    void SetUp() override {
        api_.on(Method::post, kInfra, test::answer(201));
        api_.on(Method::post, kTeam, test::answer(201));
    }
    /// Waits for a request to which the counts must come.
    EventCounts counts_once(std::uint64_t EventCounts::* count, std::uint64_t value) {
        while (writer_.counts().*count < value)
            std::this_thread::yield();
        return writer_.counts();
    }

    test::FakeTransport api_;
    std::atomic<bool> leads_ = true;
    EventWriter writer_{
        api_, {.lasts = [this] { return leads_.load(); }, .patience = kPatience}, "pod-1"};
};

TEST_F(EventWriterTest, SendsWhatIsRecorded) {
    writer_.record({event("infra", "One"), event("team", "Two")});
    api_.wait_for(Method::post, kInfra);
    EXPECT_EQ(api_.wait_for(Method::post, kTeam).silence_timeout, kPatience);
    EXPECT_EQ(counts_once(&EventCounts::sent, 2).failed, 0u);
}

TEST_F(EventWriterTest, SendsNothingWhileAnotherOneLeads) {
    leads_ = false;
    writer_.record({event("infra", "One")});
    writer_.stop();
    EXPECT_TRUE(api_.requests().empty());
}

TEST_F(EventWriterTest, GivesUpWhatIsUnderWayWhenLeadershipEnds) {
    api_.once(Method::post, kInfra, test::silence());
    writer_.record({event("infra", "One")});
    api_.wait_for(Method::post, kInfra);
    writer_.demoted();
    EXPECT_EQ(counts_once(&EventCounts::failed, 1).sent, 0u);
    writer_.elected();
    writer_.record({event("team", "Two")});
    api_.wait_for(Method::post, kTeam);
}

TEST_F(EventWriterTest, SendsWhatWaitsBeforeItStops) {
    writer_.record({event("infra", "One"), event("infra", "Two"), event("team", "Three")});
    writer_.stop();
    EXPECT_EQ(writer_.counts().sent, 3u);
}

TEST_F(EventWriterTest, StopsSoonWhenTheServerDoesNotAnswer) {
    api_.on(Method::post, kInfra, test::silence());
    TimePoint const begin = Clock::now();
    writer_.record({event("infra", "One")});
    writer_.stop();
    EXPECT_LT(Clock::now() - begin, kPatience);
    EXPECT_EQ(writer_.counts().failed, 1u);
}

TEST_F(EventWriterTest, DropsInANewTermWhatWaitsSinceAnEarlierOne) {
    leads_ = false;
    writer_.record({event("infra", "One"), event("infra", "Two")});
    writer_.elected();
    leads_ = true;
    writer_.record({event("team", "Three")});
    api_.wait_for(Method::post, kTeam);
    EXPECT_EQ(writer_.counts().dropped, 2u);
    EXPECT_EQ(api_.requests().size(), 1u);
}

TEST_F(EventWriterTest, GoesOnAfterOneThatIsForbiddenAndCountsIt) {
    api_.on(Method::post, kInfra, test::answer(403));
    writer_.record({event("infra", "One"), event("team", "Two")});
    api_.wait_for(Method::post, kTeam);
    EXPECT_EQ(counts_once(&EventCounts::sent, 1).failed, 1u);
}

TEST_F(EventWriterTest, TriesAgainWhenTheServerCannotTakeIt) {
    api_.once(Method::post, kInfra, test::answer(503));
    api_.once(Method::post, kInfra, test::unreachable());
    writer_.record({event("infra", "One")});
    auto const third = api_.wait_for(Method::post, kInfra, 3);
    EXPECT_EQ(third.body, api_.requests()[0].body);
    EXPECT_EQ(counts_once(&EventCounts::sent, 1).failed, 0u);
}

TEST_F(EventWriterTest, TakesAnEventForSentThatIsThere) {
    api_.once(Method::post, kInfra, test::answer(409));
    writer_.record({event("infra", "One")});
    EXPECT_EQ(counts_once(&EventCounts::sent, 1).failed, 0u);
}

TEST_F(EventWriterTest, WaitsAsLongAsTheServerAsksFor) {
    api_.once(Method::post, kInfra, [](auto const&...) -> Outcome<Answer> {
        return Answer{429, {}, std::chrono::seconds(1)};
    });
    TimePoint const start = Clock::now();
    writer_.record({event("infra", "One")});
    api_.wait_for(Method::post, kInfra, 2);
    EXPECT_GE(Clock::now() - start, std::chrono::seconds(1));
}

TEST_F(EventWriterTest, StoresASeriesAnewThatIsGone) {
    writer_.record({event("infra", "One")});
    counts_once(&EventCounts::sent, 1);
    api_.on(Method::patch, kInfra, test::answer(404));
    writer_.record({event("infra", "One")});
    api_.wait_for(Method::post, kInfra, 2);
    EXPECT_EQ(counts_once(&EventCounts::sent, 2).failed, 0u);
}

}  // namespace
}  // namespace holdfast::controller
