// Goal: what waited is handed on as one step that leads to where all of it would have led.
#include "controller/kube/waiting_changes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace holdfast::controller::kube {
namespace {

ObjectId const kEdge{"Gateway", "infra/edge"};

Object edge(std::string const& class_name) {
    Gateway gateway;
    gateway.meta.name_space = "infra";
    gateway.meta.name = "edge";
    gateway.class_name = class_name;
    return std::make_shared<Gateway const>(std::move(gateway));
}

Changes upsert(Object object, std::uint64_t version = 1) {
    return {.upserts = {std::move(object)}, .removes = {}, .sources = {{"gateways", version}}};
}

Changes remove() { return {.upserts = {}, .removes = {kEdge}, .sources = {}}; }

TEST(WaitingChanges, OfAnObjectOnlyTheNewestCounts) {
    WaitingChanges waiting;
    waiting.add(upsert(edge("old"), 1));
    waiting.add(upsert(edge("new"), 2));
    Changes const changes = waiting.take();
    ASSERT_EQ(changes.upserts.size(), 1u);
    EXPECT_TRUE(equal(changes.upserts[0], edge("new")));
    EXPECT_EQ(changes.sources.at("gateways"), 2u);
}

TEST(WaitingChanges, AnObjectThatIsGoneIsOnlyThat) {
    WaitingChanges waiting;
    waiting.add(upsert(edge("old")));
    waiting.add(remove());
    Changes const changes = waiting.take();
    EXPECT_TRUE(changes.upserts.empty());
    EXPECT_EQ(changes.removes, std::vector{kEdge});
}

TEST(WaitingChanges, AnObjectThatIsBackIsNotGone) {
    WaitingChanges waiting;
    waiting.add(remove());
    waiting.add(upsert(edge("new")));
    Changes const changes = waiting.take();
    EXPECT_EQ(changes.upserts.size(), 1u);
    EXPECT_TRUE(changes.removes.empty());
}

TEST(WaitingChanges, AreTakenOnce) {
    WaitingChanges waiting;
    waiting.add(upsert(edge("old")));
    EXPECT_FALSE(waiting.empty());
    (void)waiting.take();
    EXPECT_TRUE(waiting.empty());
    EXPECT_TRUE(waiting.take().empty());
}

}  // namespace
}  // namespace holdfast::controller::kube
