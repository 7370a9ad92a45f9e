// Goal: who deletes a CRD takes nothing away from sessions. Method: as in reflector_test.cpp.
#include "tests/unit/kube/reflector_fixture.hpp"

namespace holdfast::controller::kube {
namespace {

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

TEST_F(ReflectorTest, SettlesDeletionsInARowByOneList) {
    make_custom();
    watch({"a", "b", "c", "d", "e", "f", "g"});
    tell(WatchEvent::Type::deleted, "a", 101);
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes, ElementsAre("default/a"));
    step<WatchStep>();
    tell(WatchEvent::Type::deleted, "b", 102);
    EXPECT_THAT(answer_list(list(104, {"e", "f", "g"})).removes, IsEmpty());
    step<CheckStep>();
    EXPECT_THAT(reflector_.checked(discovery(true), now_).removes,
                ElementsAre("default/b", "default/c", "default/d"));
}

TEST_F(ReflectorTest, NeedsNoListForADeletionLongAfterAnother) {
    make_custom();
    watch({"a", "b", "c", "d"});
    for (int version = 101; char const* name : {"a", "b"}) {
        now_ += 5s;
        tell(WatchEvent::Type::deleted, name, version++);
        step<CheckStep>();
        EXPECT_THAT(reflector_.checked(discovery(true), now_).removes,
                    ElementsAre(std::string("default/") + name));
        step<WatchStep>();
    }
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
