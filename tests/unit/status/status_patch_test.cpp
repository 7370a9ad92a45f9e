// Goal: a status is written when it says something new, and leaves what others wrote. Method:
// stored statuses and wanted ones by hand.
#include "controller/status/status_patch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace holdfast::controller {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = ConditionChange::Kind;

std::string const kNow = "2026-11-21T10:00:00Z";

std::string condition(std::string const& type, std::string const& status, int generation,
                      std::string const& since = "", std::string const& reason = "Why") {
    std::string const time = since.empty() ? "" : R"(,"lastTransitionTime":")" + since + R"(")";
    return R"({"type":")" + type + R"(","status":")" + status + R"(","reason":")" + reason +
           R"(","message":"m","observedGeneration":)" + std::to_string(generation) + time + "}";
}

std::string parent(std::string const& conditions,
                   std::string const& controller = "holdfast.dev/gateway-controller") {
    return R"({"parentRef":{"namespace":"infra","name":"edge"},"controllerName":")" + controller +
           R"(","conditions":[)" + conditions + "]}";
}

std::string parents(std::string const& entries) { return R"({"parents":[)" + entries + "]}"; }

kube::StoredStatus stored(std::string const& status) {
    return {.id = {"WebSocketRoute", "default/chat"},
            .path = "/routes/chat",
            .api_version = "holdfast.dev/v1alpha1",
            .uid = "u",
            .resource_version = "77",
            .generation = 2,
            .status = json::parse(status).as_object()};
}

json::object wanted(std::string const& status) { return json::parse(status).as_object(); }

std::string at(StatusPatch const& patch, std::string_view pointer) {
    boost::system::error_code error;
    json::value const root = patch.body;
    json::value const* const found = root.find_pointer(pointer, error);
    if (found == nullptr) return "nothing";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

TEST(StatusPatch, IsForTheStoredVersionOfTheObject) {
    auto const patch =
        status_patch(stored("{}"), wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/metadata/resourceVersion"), "77");
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/0/lastTransitionTime"), kNow);
}

TEST(StatusPatch, IsNotMadeWhenNothingIsNew) {
    auto const as_stored =
        parents(parent(condition("Accepted", "True", 2, "2026-01-01T00:00:00Z")));
    EXPECT_FALSE(status_patch(stored(as_stored),
                              wanted(parents(parent(condition("Accepted", "True", 2)))), kNow));
}

TEST(StatusPatch, IsNotMadeForAnEmptyListThatIsNotThere) {
    EXPECT_FALSE(status_patch(stored("{}"), wanted(parents("")), kNow));
}

TEST(StatusPatch, IsNotMadeByWhoKnowsAnOlderObject) {
    auto const as_stored =
        parents(parent(condition("Accepted", "True", 2, "2026-01-01T00:00:00Z")));
    EXPECT_FALSE(status_patch(stored(as_stored),
                              wanted(parents(parent(condition("Accepted", "False", 1)))), kNow));
}

TEST(StatusPatch, IsNotMadeOfWhatIsKnownOfAnObjectThatIsGone) {
    EXPECT_FALSE(status_patch(stored("{}"),
                              wanted(parents(parent(condition("Accepted", "True", 303)))), kNow));
}

TEST(StatusPatch, ReplacesWhatIsToldOfAGenerationThatIsStillToCome) {
    auto const patch = status_patch(
        stored(parents(parent(condition("Accepted", "True", 303, "2026-01-01T00:00:00Z")))),
        wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/0/observedGeneration"), "2");
}

TEST(StatusPatch, KeepsTheTimeWhileTheStatusIsTheSame) {
    auto const patch = status_patch(
        stored(parents(parent(condition("Accepted", "True", 1, "2026-01-01T00:00:00Z")))),
        wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/0/lastTransitionTime"),
              "2026-01-01T00:00:00Z");
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/0/observedGeneration"), "2");
}

TEST(StatusPatch, LeavesEntriesOfOtherControllersAlone) {
    std::string const foreign = parent(condition("Accepted", "False", 1, "t"), "example.com/other");
    auto const patch = status_patch(
        stored(parents(foreign)), wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(json::parse(at(*patch, "/status/parents/0")), json::parse(foreign));
    EXPECT_EQ(at(*patch, "/status/parents/1/controllerName"), "holdfast.dev/gateway-controller");
}

TEST(StatusPatch, LeavesEntriesOfGatewaysAloneThatAnotherReleaseServes) {
    std::string const other = parent(condition("Accepted", "True", 1, "t"));
    EXPECT_FALSE(
        status_patch(stored(parents(other)), wanted(parents("")), kNow, Served{{"infra/another"}}));
    EXPECT_TRUE(
        status_patch(stored(parents(other)), wanted(parents("")), kNow, Served{{"infra/edge"}}));
}

TEST(StatusPatch, LeavesConditionsOfOtherTypesAlone) {
    auto const patch =
        status_patch(stored(parents(parent(condition("example.com/Audited", "True", 1, "t")))),
                     wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/1/type"), "example.com/Audited");
}

TEST(StatusPatch, LeavesWhatWasToldOfAConditionThatIsNotKnownYet) {
    std::string const told = condition("Programmed", "True", 1, "2026-01-01T00:00:00Z");
    json::object const unknown = wanted(parents(parent(condition("Programmed", "Unknown", 2))));
    EXPECT_FALSE(status_patch(stored(parents(parent(told))), unknown, kNow));
    auto const first = status_patch(stored("{}"), unknown, kNow);
    ASSERT_TRUE(first);
    EXPECT_EQ(at(*first, "/status/parents/0/conditions/0/status"), "Unknown");
    EXPECT_THAT(first->changes, IsEmpty());
}

TEST(StatusPatch, DropsConditionsOfOursThatSayNothingAnyMore) {
    auto const patch =
        status_patch(stored(parents(parent(condition("Accepted", "True", 2, "t") + "," +
                                           condition("PartiallyInvalid", "True", 1, "t")))),
                     wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/parents/0/conditions/1"), "nothing");
}

TEST(StatusPatch, TakesEntriesOfOursAwayThatAreNotWanted) {
    std::string const foreign = parent(condition("Accepted", "True", 1, "t"), "example.com/other");
    auto const patch =
        status_patch(stored(parents(foreign + "," + parent(condition("Accepted", "True", 1, "t")))),
                     wanted(parents("")), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(json::parse(at(*patch, "/status/parents")), json::parse("[" + foreign + "]"));
}

TEST(StatusPatch, IsNotMadeByAControllerThatLagsBehind) {
    EXPECT_FALSE(status_patch(stored(parents(parent(condition("Accepted", "True", 5, "t")))),
                              wanted(parents(parent(condition("Accepted", "False", 4)))), kNow));
}

TEST(StatusPatch, LeavesFieldsThatItDoesNotSetAlone) {
    auto const patch =
        status_patch(stored(R"({"attachedListenerSets":3,"conditions":[]})"),
                     wanted(R"({"conditions":[)" + condition("Accepted", "True", 2) + "]}"), kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/attachedListenerSets"), "nothing");
}

TEST(StatusPatch, MergesListenersByName) {
    std::string const old = R"({"name":"wss","attachedRoutes":1,"conditions":[)" +
                            condition("Accepted", "True", 1, "2026-01-01T00:00:00Z") + "]}";
    auto const patch =
        status_patch(stored(R"({"listeners":[)" + old + "]}"),
                     wanted(R"({"listeners":[{"name":"ws","attachedRoutes":0,"conditions":[]},)"
                            R"({"name":"wss","attachedRoutes":2,"conditions":[)" +
                            condition("Accepted", "True", 1) + "]}]}"),
                     kNow);
    ASSERT_TRUE(patch);
    EXPECT_EQ(at(*patch, "/status/listeners/1/attachedRoutes"), "2");
    EXPECT_EQ(at(*patch, "/status/listeners/1/conditions/0/lastTransitionTime"),
              "2026-01-01T00:00:00Z");
}

// --- what owners are told of -------------------------------------------------------------------

TEST(ConditionChanges, TellOfAFaultOnceForEachReason) {
    auto const now = wanted(parents(parent(condition("ResolvedRefs", "False", 2))));
    auto const first = status_patch(stored("{}"), now, kNow);
    ASSERT_TRUE(first);
    EXPECT_THAT(first->changes, ElementsAre(ConditionChange{Kind::fault, "parent infra/edge",
                                                            "ResolvedRefs", "Why", "m"}));
    auto const again = status_patch(
        stored(parents(parent(condition("ResolvedRefs", "False", 1, "t")))), now, kNow);
    ASSERT_TRUE(again);
    EXPECT_THAT(again->changes, IsEmpty());
    auto const another = status_patch(
        stored(parents(parent(condition("ResolvedRefs", "False", 2, "t", "Else")))), now, kNow);
    ASSERT_TRUE(another);
    EXPECT_EQ(another->changes.size(), 1u);
}

TEST(ConditionChanges, TellThatAFaultIsMended) {
    auto const patch =
        status_patch(stored(parents(parent(condition("ResolvedRefs", "False", 2, "t")))),
                     wanted(parents(parent(condition("ResolvedRefs", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    ASSERT_EQ(patch->changes.size(), 1u);
    EXPECT_EQ(patch->changes[0].kind, Kind::mended);
}

TEST(ConditionChanges, TellThatARouteHasLeftAParent) {
    std::string const ours = parent(condition("Accepted", "True", 1, "t"));
    auto const patch = status_patch(stored(parents(ours)), wanted(parents("")), kNow);
    ASSERT_TRUE(patch);
    ASSERT_EQ(patch->changes.size(), 1u);
    EXPECT_EQ(patch->changes[0].kind, Kind::fault);
    EXPECT_EQ(patch->changes[0].part, "parent infra/edge");
    EXPECT_EQ(patch->changes[0].reason, "Detached");
}

TEST(ConditionChanges, DoNotTellThatARouteHasLeftAGatewayThatItStillNames) {
    std::string const ours = parent(condition("Accepted", "True", 2, "t"));
    std::string section = ours;
    section.insert(section.find(R"("name":"edge")"), R"("sectionName":"wss",)");
    auto const patch = status_patch(stored(parents(section)), wanted(parents(ours)), kNow);
    ASSERT_TRUE(patch);
    EXPECT_THAT(patch->changes, Not(Contains(Field(&ConditionChange::reason, "Detached"))));
}

TEST(ConditionChanges, TellOfTheBeginningAfterTheDefaultThatSaysUnknown) {
    auto const patch =
        status_patch(stored(parents(parent(condition("Accepted", "Unknown", 0, "t", "Pending")))),
                     wanted(parents(parent(condition("Accepted", "True", 2)))), kNow);
    ASSERT_TRUE(patch);
    ASSERT_EQ(patch->changes.size(), 1u);
    EXPECT_EQ(patch->changes[0].kind, Kind::began);
}

}  // namespace
}  // namespace holdfast::controller
