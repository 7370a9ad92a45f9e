// Goal: whatever the API server does, what is delivered is what it has, and nothing is taken away
// without its word. Method: the reflector's questions answered by hand, with a clock of the test's.
#include "common/base/limits.hpp"
#include "tests/unit/kube/reflector_fixture.hpp"

namespace holdfast::controller::kube {
namespace {

// --- list --------------------------------------------------------------------------------------

TEST_F(ReflectorTest, ListsFromTheCacheFirst) {
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500&resourceVersion=0");
}

TEST_F(ReflectorTest, DeliversWhatIsListedAndWatchesFromThere) {
    EXPECT_THAT(keys(answer_list(list(100, {"a", "b"}))), ElementsAre("default/a", "default/b"));
    EXPECT_TRUE(reflector_.complete());
    EXPECT_THAT(step<WatchStep>().target,
                HasSubstr("watch=1&allowWatchBookmarks=true&resourceVersion=100&timeoutSeconds="));
}

TEST_F(ReflectorTest, PutsPagesTogether) {
    EXPECT_THAT(keys(answer_list(list(100, {"a"}, "to/ken="))), IsEmpty());
    EXPECT_FALSE(reflector_.complete());
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500&continue=to%2Fken%3D");
    EXPECT_THAT(keys(reflector_.listed(list(100, {"b"}), now_)),
                ElementsAre("default/a", "default/b"));
}

TEST_F(ReflectorTest, ListsInOnePieceWhenAPageIsLost) {
    answer_list(list(100, {"a"}, "token"));
    answer_list(refused(410, "Expired"));
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?");
    EXPECT_THAT(keys(reflector_.listed(list(101, {"b"}), now_)), ElementsAre("default/b"));
}

TEST_F(ReflectorTest, GivesUpAListThatNeverEnds) {
    for (int i = 0; i < limits::list_pages_max; ++i) {
        EXPECT_FALSE(reflector_.trouble());
        answer_list(list(100, {"a"}, "more"));
    }
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::refused);
    EXPECT_FALSE(reflector_.complete());
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500&resourceVersion=0");
}

TEST_F(ReflectorTest, TakesAwayWhatANewListLacks) {
    watch({"a", "b"});
    reflector_.watch_ended(refused(410, "Expired"), now_);
    EXPECT_THAT(answer_list(list(200, {"b"})).removes, ElementsAre("default/a"));
}

TEST_F(ReflectorTest, KeepsEverythingWhileListsFail) {
    watch({"a"});
    reflector_.watch_ended(refused(410, "Expired"), now_);
    for (auto const& failure : {refused(500), refused(403), refused(503)}) {
        Delta const delta = answer_list(failure);
        EXPECT_THAT(delta.removes, IsEmpty());
    }
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::refused);
}

TEST_F(ReflectorTest, SaysWhichRightIsMissing) {
    answer_list(refused(403, "Forbidden"));
    EXPECT_EQ(reflector_.trouble(), (Trouble{Trouble::Kind::forbidden, "403 Forbidden: so it is"}));
    EXPECT_FALSE(reflector_.complete());
}

TEST_F(ReflectorTest, WaitsAsLongAsTheServerAsks) {
    step<ListStep>();
    Answer answer = refused(429);
    answer.retry_after = 17s;
    (void)reflector_.listed(answer, now_);
    EXPECT_GE(std::get<WaitStep>(reflector_.next(now_)).time, 17s);
}

TEST_F(ReflectorTest, WaitsLongerAfterEachFailureButNotForEver) {
    std::chrono::milliseconds longest{};
    for (int i = 0; i < 200; ++i) {
        step<ListStep>();
        (void)reflector_.listed(kCutOff, now_);
        Step const next = reflector_.next(now_);
        if (auto const* const wait = std::get_if<WaitStep>(&next)) {
            longest = std::max(longest, wait->time);
        }
    }
    EXPECT_GT(longest, ReflectorTimes().pause);
    EXPECT_LE(longest, ReflectorTimes().pause_max);
}

TEST_F(ReflectorTest, IsNotSilencedByAnswersThatAreNoList) {
    answer_list({200, "<html>", std::nullopt});
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::refused);
    EXPECT_THAT(keys(answer_list(list(100, {"a"}))), ElementsAre("default/a"));
    EXPECT_FALSE(reflector_.trouble());
}

// --- watch -------------------------------------------------------------------------------------

TEST_F(ReflectorTest, DeliversEvents) {
    watch({"a"});
    EXPECT_THAT(keys(tell(WatchEvent::Type::added, "b", 101)), ElementsAre("default/b"));
    EXPECT_THAT(keys(tell(WatchEvent::Type::modified, "a", 102)), ElementsAre("default/a"));
    EXPECT_THAT(tell(WatchEvent::Type::deleted, "a", 103).removes, ElementsAre("default/a"));
    EXPECT_EQ(reflector_.version(), 103u);
}

TEST_F(ReflectorTest, WatchesAgainFromTheLastEventWhenTheServerCloses) {
    watch({"a"});
    tell(WatchEvent::Type::added, "b", 101);
    reflector_.watch_ended(Answer{200, "", std::nullopt}, now_ + 300s);
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("resourceVersion=101&"));
}

TEST_F(ReflectorTest, WatchesAgainFromTheLastBookmark) {
    watch({"a"});
    (void)reflector_.watched(
        event(WatchEvent::Type::bookmark, R"({"metadata":{"resourceVersion":"190"}})"), now_);
    reflector_.watch_ended(kCutOff, now_);
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("resourceVersion=190&"));
}

TEST_F(ReflectorTest, ListsAnewWhenTheServerHasForgottenWhereTheWatchStood) {
    watch({"a"});
    EXPECT_FALSE(reflector_.wants_out());
    (void)reflector_.watched(event(WatchEvent::Type::error, R"({"code":410,"reason":"Expired"})"),
                             now_);
    EXPECT_TRUE(reflector_.wants_out());
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500");
}

TEST_F(ReflectorTest, KeepsItsPlaceThroughOtherErrorsOfAWatch) {
    watch({"a"});
    tell(WatchEvent::Type::modified, "a", 101);
    (void)reflector_.watched(event(WatchEvent::Type::error, R"({"code":500})"), now_);
    EXPECT_TRUE(reflector_.wants_out());
    EXPECT_THAT(std::get<WaitStep>(reflector_.next(now_)).time, ::testing::Gt(0ms));
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("resourceVersion=101&"));
}

TEST_F(ReflectorTest, PausesBeforeAWatchThatEndsAtOnceIsBegunAgain) {
    watch({"a"});
    reflector_.watch_ended(Answer{200, "", std::nullopt}, now_ + 5ms);
    EXPECT_TRUE(std::holds_alternative<WaitStep>(reflector_.next(now_ + 5ms)));
}

TEST_F(ReflectorTest, PausesShortlyAfterAWatchThatWasWell) {
    watch({"a"});
    for (int i = 0; i < 20; ++i) {
        reflector_.watch_ended(kCutOff, now_);
        step<WatchStep>();
    }
    reflector_.watch_accepted(now_);
    now_ += ReflectorTimes().short_watch;
    reflector_.watch_ended(kCutOff, now_);
    EXPECT_LE(std::get<WaitStep>(reflector_.next(now_)).time, ReflectorTimes().pause);
}

TEST_F(ReflectorTest, AsksAfterTwoSilentWatches) {
    watch({"a"});
    for (int i = 0; i < 2; ++i) {
        now_ += ReflectorTimes().silence;
        reflector_.watch_ended(kCutOff, now_);
        if (i == 0) step<WatchStep>();
    }
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500");
}

TEST_F(ReflectorTest, ListsAnewWhenTheServerCannotGoOnFromAVersion) {
    watch({"a"});
    for (int i = 1; i < limits::failed_watches_max; ++i) {
        reflector_.watch_ended(refused(500), now_);
        step<WatchStep>();
    }
    reflector_.watch_ended(refused(500), now_);
    EXPECT_EQ(step<ListStep>().target, "/api/v1/services?limit=500");
}

TEST_F(ReflectorTest, ListsAnewWhenNothingOfAWatchCanBeRead) {
    watch({"a"});
    for (int i = 1; i < limits::failed_watches_max; ++i) {
        reflector_.watch_accepted(now_);
        reflector_.watch_ended(kCutOff, now_);
        step<WatchStep>();
    }
    reflector_.watch_accepted(now_);
    reflector_.watch_ended(kCutOff, now_);
    step<ListStep>();
}

TEST_F(ReflectorTest, KeepsItsPlaceWhileWatchesGoOn) {
    watch({"a"});
    for (int i = 0; i < 3 * limits::failed_watches_max; ++i) {
        if (i % 3 == 0) tell(WatchEvent::Type::modified, "a", 101 + i);
        reflector_.watch_ended(refused(500), now_);
        step<WatchStep>();
    }
}

TEST_F(ReflectorTest, KeepsItsPlaceWhileTheServerIsBusyOrForbidsToWatch) {
    watch({"a"});
    for (int i = 0; i < 3 * limits::failed_watches_max; ++i) {
        reflector_.watch_ended(refused(i % 2 == 0 ? 429 : 403), now_);
        step<WatchStep>();
    }
}

TEST_F(ReflectorTest, ListsAnewWhenTheServerWentBackInTime) {
    watch({"a"});
    (void)reflector_.watched(
        event(WatchEvent::Type::bookmark, R"({"metadata":{"resourceVersion":"7"}})"), now_);
    EXPECT_TRUE(reflector_.wants_out());
    EXPECT_THAT(answer_list(list(7, {"z"})).removes, ElementsAre("default/a"));
    EXPECT_EQ(reflector_.version(), 7u);
}

TEST_F(ReflectorTest, ClearsItsTroubleWhenAWatchIsAcceptedAgain) {
    watch({"a"});
    reflector_.watch_ended(refused(403, "Forbidden"), now_);
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::forbidden);
    step<WatchStep>();
    EXPECT_TRUE(reflector_.trouble());
    reflector_.watch_accepted(now_);
    EXPECT_FALSE(reflector_.trouble());
}

}  // namespace
}  // namespace holdfast::controller::kube
