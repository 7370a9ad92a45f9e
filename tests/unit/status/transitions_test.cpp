// Goal: what a change of the objects gives their owners to read. Method: two translations by hand.
#include "controller/status/transitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Condition const kAccepted{"Accepted", true, "Accepted", "accepted", 1};
Condition const kResolved{"ResolvedRefs", true, "ResolvedRefs", "resolved", 1};
Condition const kNotFound{"ResolvedRefs", false, "BackendNotFound", "Service chta is missing", 2};
Condition const kPartial{"PartiallyInvalid", true, "UnsupportedValue", "rule 1 is dropped", 2};
Condition const kNoConflict{"Conflicted", false, "NoConflicts", "", 1};

RouteParentStatus parent(std::vector<Condition> conditions, std::string section = "") {
    RouteParentStatus status;
    status.parent_ref.name_space = "default";
    status.parent_ref.name = "edge";
    status.parent_ref.section_name = std::move(section);
    status.conditions = std::move(conditions);
    return status;
}

Translation with_route(std::vector<RouteParentStatus> parents) {
    Translation translation;
    translation.routes["default/chat"] = std::move(parents);
    return translation;
}

TEST(Transitions, TellOfAFault) {
    auto const changed = transitions(with_route({parent({kAccepted, kResolved})}),
                                     with_route({parent({kAccepted, kNotFound})}));

    EXPECT_THAT(changed, ElementsAre(Transition{"WebSocketRoute default/chat",
                                                "parent default/edge", kNotFound, true}));
}

TEST(Transitions, TellThatAFaultIsGone) {
    auto const changed = transitions(with_route({parent({kAccepted, kNotFound})}),
                                     with_route({parent({kAccepted, kResolved})}));

    EXPECT_THAT(changed, ElementsAre(Transition{"WebSocketRoute default/chat",
                                                "parent default/edge", kResolved, false}));
}

TEST(Transitions, CountAConditionThatIsBadWhenTrueAsAFault) {
    auto const changed =
        transitions(with_route({parent({kAccepted})}), with_route({parent({kAccepted, kPartial})}));

    ASSERT_EQ(changed.size(), 1u);
    EXPECT_TRUE(changed[0].fault);
}

TEST(Transitions, TellOfANewObjectOnlyItsFaults) {
    Translation after = with_route({parent({kAccepted, kNotFound})});
    after.gateways["default/edge"].listeners = {{"ws", {}, 1, {kAccepted, kNoConflict}}};

    auto const changed = transitions({}, after);

    EXPECT_THAT(changed, ElementsAre(Transition{"WebSocketRoute default/chat",
                                                "parent default/edge", kNotFound, true}));
}

TEST(Transitions, AreNotMadeByAGenerationAlone) {
    Condition later = kAccepted;
    later.observed_generation = 2;

    EXPECT_THAT(transitions(with_route({parent({kAccepted})}), with_route({parent({later})})),
                IsEmpty());
}

TEST(Transitions, KeepTheParentsOfARouteApart) {
    auto const changed =
        transitions(with_route({parent({kResolved}, "ws"), parent({kResolved}, "wss")}),
                    with_route({parent({kResolved}, "ws"), parent({kNotFound}, "wss")}));

    ASSERT_EQ(changed.size(), 1u);
    EXPECT_EQ(changed[0].part, "parent default/edge, listener wss");
}

TEST(Departures, NameAnObjectThatIsGone) {
    Translation const before = with_route({parent({kAccepted}, "ws"), parent({kAccepted}, "wss")});
    EXPECT_THAT(departures(before, {}), ElementsAre("WebSocketRoute default/chat"));
    EXPECT_THAT(departures(before, before), IsEmpty());
}

TEST(Departures, NameThePartOfAnObjectThatIsStillThere) {
    Translation before = with_route({parent({kAccepted}, "ws"), parent({kAccepted}, "wss")});
    before.gateways["default/edge"].listeners = {{"wss", {}, 1, {}}, {"ws", {}, 1, {}}};
    Translation after = with_route({parent({kAccepted}, "ws")});
    after.gateways["default/edge"].listeners = {{"ws", {}, 1, {}}};
    EXPECT_THAT(departures(before, after),
                ElementsAre("Gateway default/edge, listener wss",
                            "WebSocketRoute default/chat, parent default/edge, listener wss"));
}

TEST(Transitions, NameTheListenerOfAGateway) {
    Translation before;
    before.gateways["default/edge"].listeners = {{"wss", {}, 1, {kResolved}}};
    Translation after;
    after.gateways["default/edge"].listeners = {{"wss", {}, 1, {kNotFound}}};

    EXPECT_THAT(transitions(before, after),
                ElementsAre(Transition{"Gateway default/edge", "listener wss", kNotFound, true}));
}

}  // namespace
}  // namespace holdfast::controller
