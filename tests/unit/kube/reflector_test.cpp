// Goal: whatever the API server does, what is delivered is what it has, and nothing is taken away
// without its word. Method: the reflector's questions answered by hand, with a clock of the test's.
#include "controller/kube/reflector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Collection const kServices{.kind = "Service",
                           .api_version = "v1",
                           .plural = "services",
                           .name_space = "",
                           .name = "",
                           .definition = Collection::Definition::built_in};
Collection const kRoutes{.kind = "WebSocketRoute",
                         .api_version = "holdfast.dev/v1alpha1",
                         .plural = "websocketroutes",
                         .name_space = "",
                         .name = "",
                         .definition = Collection::Definition::custom};

std::string object(std::string const& name, int version) {
    return R"({"metadata":{"namespace":"default","name":")" + name + R"(","resourceVersion":")" +
           std::to_string(version) + R"("}})";
}

Answer list(int version, std::vector<std::string> const& names, std::string const& more = "") {
    std::string items;
    for (std::string const& name : names) {
        items += (items.empty() ? "" : ",") + object(name, version);
    }
    return {200,
            R"({"kind":"List","metadata":{"resourceVersion":")" + std::to_string(version) +
                R"(","continue":")" + more + R"("},"items":[)" + items + "]}",
            std::nullopt};
}

Answer refused(int code, std::string const& reason = "") {
    return {code,
            R"({"kind":"Status","code":)" + std::to_string(code) + R"(,"reason":")" + reason +
                R"(","message":"so it is"})",
            std::nullopt};
}

WatchEvent event(WatchEvent::Type type, std::string const& json) {
    return {type, boost::json::parse(json).as_object()};
}

Answer discovery(bool takes_new) {
    return {200,
            std::string(R"({"resources":[{"name":"websocketroutes","verbs":["delete","get")") +
                (takes_new ? R"(,"create")" : "") + "]}]}",
            std::nullopt};
}

std::vector<std::string> keys(Delta const& delta) {
    std::vector<std::string> all;
    for (auto const& one : delta.upserts) {
        all.push_back(key_of(one));
    }
    return all;
}

Failure const kCutOff{{}, "cut off"};

class ReflectorTest : public ::testing::Test {
protected:
    /// The next step that is no wait; the clock goes on meanwhile.
    template <class Wanted>
    Wanted step() {
        Step next = reflector_.next(now_);
        while (auto const* const wait = std::get_if<WaitStep>(&next)) {
            EXPECT_GT(wait->time, 0ms);
            now_ += wait->time;
            next = reflector_.next(now_);
        }
        if (auto const* const found = std::get_if<Wanted>(&next)) return *found;
        ADD_FAILURE() << "another step than expected: " << next.index();
        return {};
    }
    Delta answer_list(Answer const& answer) {
        step<ListStep>();
        return reflector_.listed(answer, now_);
    }
    Delta tell(WatchEvent::Type type, std::string const& name, int version) {
        now_ += 10ms;
        return reflector_.watched(event(type, object(name, version)), now_);
    }
    /// Lists these, and begins to watch.
    void watch(std::vector<std::string> const& names) {
        answer_list(list(100, names));
        step<WatchStep>();
    }
    void make_custom() { reflector_ = Reflector(kRoutes, 1); }

    Reflector reflector_{kServices, 1};
    TimePoint now_{1h};
};

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

// --- definition --------------------------------------------------------------------------------

TEST_F(ReflectorTest, DeletesAnObjectOfACustomKindAfterALookAtItsDefinition) {
    make_custom();
    watch({"a", "b", "c"});
    EXPECT_THAT(tell(WatchEvent::Type::deleted, "a", 101).removes, IsEmpty());
    EXPECT_TRUE(reflector_.wants_out());
    EXPECT_EQ(step<CheckStep>().target, "/apis/holdfast.dev/v1alpha1");
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/a"));
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("resourceVersion=101&"));
}

TEST_F(ReflectorTest, HasMostOfACollectionConfirmedByAList) {
    make_custom();
    watch({"a", "b", "c"});
    tell(WatchEvent::Type::deleted, "a", 101);
    tell(WatchEvent::Type::deleted, "b", 102);
    EXPECT_THAT(answer_list(list(102, {"b", "c"})).removes, IsEmpty());
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/a"));
}

TEST_F(ReflectorTest, KeepsAnObjectThatIsThereAgainBeforeTheLook) {
    make_custom();
    watch({"a", "b", "c"});
    tell(WatchEvent::Type::deleted, "a", 101);
    tell(WatchEvent::Type::added, "a", 102);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
}

TEST_F(ReflectorTest, KeepsEverythingWhenTheDefinitionGoes) {
    make_custom();
    watch({"a", "b", "c"});
    tell(WatchEvent::Type::deleted, "a", 101);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(false), now_).removes, IsEmpty());
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::missing);
    EXPECT_THAT(answer_list(refused(404, "NotFound")).removes, IsEmpty());
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::missing);
}

class ReturnTest : public ReflectorTest {
protected:
    /// The definition of three objects goes and comes back empty.
    void SetUp() override {
        make_custom();
        watch({"a", "b", "c"});
        reflector_.watch_ended(refused(404, "NotFound"), now_);
        answer_list(refused(404, "NotFound"));
        EXPECT_THAT(answer_list(list(500, {})).removes, IsEmpty());
        step<CheckStep>();
        EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
        step<WatchStep>();
    }
};

TEST_F(ReturnTest, KeepsEverythingAsLongAsNothingCameBack) {
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::held);
    now_ += 600s;
    reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
}

TEST_F(ReturnTest, TakesAwayWhatIsMissingAMinuteAfterTheFirstObjectCameBack) {
    EXPECT_THAT(keys(tell(WatchEvent::Type::added, "a", 501)), ElementsAre("default/a"));
    EXPECT_TRUE(reflector_.wants_out());
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("timeoutSeconds=60"));
    tell(WatchEvent::Type::added, "b", 502);
    EXPECT_FALSE(reflector_.wants_out());
    now_ += 60s;
    reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/c"));
    EXPECT_FALSE(reflector_.trouble());
}

TEST_F(ReflectorTest, LetsAnAnswerOfTheDefinitionSettleAfterAListToo) {
    make_custom();
    watch({"a", "b", "c"});
    reflector_.watch_ended(refused(410, "Expired"), now_);
    answer_list(list(200, {}));
    EXPECT_EQ(std::get<WaitStep>(reflector_.next(now_)).time, DeletionGuard::kSettleTime);
    step<CheckStep>();
}

TEST_F(ReflectorTest, AsksForNoDefinitionOfABuiltInKind) {
    answer_list(refused(404, "NotFound"));
    answer_list(list(100, {"a"}));
    step<WatchStep>();
    tell(WatchEvent::Type::modified, "a", 101);
    EXPECT_FALSE(reflector_.wants_out());
}

TEST_F(ReflectorTest, WatchesAsLongAsEverOnceAllIsBack) {
    make_custom();
    watch({"a"});
    reflector_.watch_ended(refused(404, "NotFound"), now_);
    answer_list(refused(404, "NotFound"));
    answer_list(list(500, {"a"}));
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("timeoutSeconds=60"));
    now_ += 60s;
    reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
    step<CheckStep>();
    (void)reflector_.checked(discovery(true), now_);
    std::string const target = step<WatchStep>().target;
    EXPECT_GE(std::stoi(target.substr(target.rfind('=') + 1)), 300);
}

TEST_F(ReturnTest, BeginsAnewWhenTheDefinitionGoesAgain) {
    tell(WatchEvent::Type::added, "a", 501);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(false), now_).removes, IsEmpty());
    EXPECT_THAT(answer_list(list(600, {"b"})).removes, IsEmpty());
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, IsEmpty());
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::held);
}

}  // namespace
}  // namespace holdfast::controller::kube
