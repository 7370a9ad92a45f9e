// Goal: who deletes a CRD takes nothing away from sessions. Method: as in reflector_test.cpp.
#include "tests/unit/kube/reflector_fixture.hpp"

namespace holdfast::controller::kube {
namespace {

TEST_F(ReflectorTest, DeletesAnObjectOfACustomKindAfterALookAtItsDefinition) {
    make_custom();
    watch({"a", "b", "c"});
    EXPECT_THAT(tell(WatchEvent::Type::deleted, "a", 101).removes, IsEmpty());
    EXPECT_TRUE(reflector_.wants_out());
    EXPECT_THAT(answer_list(list(105, {"b", "c"})).removes, IsEmpty());
    EXPECT_EQ(step<CheckStep>().target, "/apis/holdfast.dev/v1alpha1");
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/a"));
    EXPECT_THAT(step<WatchStep>().target, HasSubstr("resourceVersion=105&"));
}

TEST_F(ReflectorTest, SettlesDeletionsInARowByOneList) {
    make_custom();
    watch({"a", "b", "c", "d"});
    tell(WatchEvent::Type::deleted, "a", 101);
    EXPECT_THAT(answer_list(list(104, {"d"})).removes, IsEmpty());
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes,
                ElementsAre("default/a", "default/b", "default/c"));
}

TEST_F(ReflectorTest, KeepsAnObjectThatIsThereAgainBeforeTheLook) {
    make_custom();
    watch({"a", "b", "c"});
    tell(WatchEvent::Type::deleted, "a", 101);
    EXPECT_THAT(answer_list(list(102, {"a", "b", "c"})).removes, IsEmpty());
    step<WatchStep>();
}

TEST_F(ReflectorTest, KeepsEverythingWhenTheDefinitionGoes) {
    make_custom();
    watch({"a", "b", "c"});
    tell(WatchEvent::Type::deleted, "a", 101);
    answer_list(list(101, {"b", "c"}));
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(false), now_).removes, IsEmpty());
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::missing);
    EXPECT_THAT(answer_list(refused(404, "NotFound")).removes, IsEmpty());
    EXPECT_EQ(reflector_.trouble()->kind, Trouble::Kind::missing);
}

TEST_F(ReflectorTest, GoesOnReadingWhenTheDefinitionCannotBeTold) {
    Answer const page{200, R"({"kind":"Status","metadata":{}})", std::nullopt};
    for (Answer const& answer : {refused(403, "Forbidden"), page}) {
        make_custom();
        watch({"a", "b", "c"});
        tell(WatchEvent::Type::deleted, "a", 101);
        answer_list(list(101, {"b", "c"}));
        step<CheckStep>();
        EXPECT_THAT(reflector_.checked(answer, now_).removes, IsEmpty());
        ASSERT_TRUE(reflector_.trouble());
        EXPECT_NE(reflector_.trouble()->kind, Trouble::Kind::missing);
        EXPECT_THAT(step<WatchStep>().target, HasSubstr("timeoutSeconds=10"));
        EXPECT_THAT(keys(tell(WatchEvent::Type::modified, "b", 102)), ElementsAre("default/b"));
        now_ += 10s;
        reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
        step<CheckStep>();
        EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/a"));
        EXPECT_FALSE(reflector_.trouble());
    }
}

TEST_F(ReflectorTest, WaitsBeforeItAsksAgainWhenAFreshVersionIsExpired) {
    watch({"a"});
    reflector_.watch_ended(refused(410, "Expired"), now_);
    EXPECT_TRUE(std::holds_alternative<WaitStep>(reflector_.next(now_)));
}

TEST_F(ReflectorTest, ListsAtOnceWhenItsVersionExpiredInAnOutage) {
    watch({"a"});
    for (int attempt = 0; attempt < 8; ++attempt) {
        reflector_.watch_ended(kCutOff, now_);
        step<WatchStep>();
    }
    reflector_.watch_ended(refused(410, "Expired"), now_);
    EXPECT_TRUE(std::holds_alternative<ListStep>(reflector_.next(now_)));
}

TEST_F(ReflectorTest, TakesNothingForAListThatIsNone) {
    watch({"a"});
    reflector_.watch_ended(refused(410, "Expired"), now_);
    for (char const* body :
         {R"({"kind":"Status","metadata":{}})", R"({"metadata":{"resourceVersion":"9"}})",
          R"({"kind":"ServiceList","metadata":{}})",
          R"({"kind":"ServiceList","metadata":{"resourceVersion":"9"},"items":{}})"}) {
        EXPECT_THAT(answer_list({200, body, std::nullopt}).removes, IsEmpty()) << body;
        EXPECT_TRUE(reflector_.trouble());
    }
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
