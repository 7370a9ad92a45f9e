// Goal: snapshots are immutable, share what did not change, and the subscriber hears once.
// Method: changes by hand; two threads for the lock.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "controller/store/store.hpp"

namespace holdfast::controller {
namespace {

Object service(std::string const& name, std::uint16_t port = 80) {
    auto object = std::make_shared<Service>();
    object->meta.name_space = "team";
    object->meta.name = name;
    object->ports = {{.name = "ws", .port = port, .app_protocol = ""}};
    return std::shared_ptr<Service const>(std::move(object));
}

Changes upsert(std::vector<Object> objects) {
    return {.upserts = std::move(objects), .removes = {}, .sources = {}};
}
Changes remove(ObjectId id) { return {.upserts = {}, .removes = {std::move(id)}, .sources = {}}; }

TEST(Store, BeginsEmpty) {
    Store store;
    ASSERT_NE(store.snapshot(), nullptr);
    EXPECT_TRUE(store.snapshot()->services.empty());
}

TEST(Store, HoldsObjectsOfEveryKindByTheirKey) {
    Store store;
    store.apply(
        upsert({service("chat"), std::make_shared<Gateway const>(),
                std::make_shared<WebSocketRoute const>(), std::make_shared<EndpointSlice const>(),
                std::make_shared<Secret const>(), std::make_shared<ReferenceGrant const>(),
                std::make_shared<Namespace const>()}));
    auto const snapshot = store.snapshot();
    EXPECT_TRUE(snapshot->services.contains("team/chat"));
    EXPECT_EQ(snapshot->gateways.size(), 1U);
    EXPECT_EQ(snapshot->routes.size(), 1U);
    EXPECT_EQ(snapshot->endpoint_slices.size(), 1U);
    EXPECT_EQ(snapshot->secrets.size(), 1U);
    EXPECT_EQ(snapshot->reference_grants.size(), 1U);
    EXPECT_EQ(snapshot->namespaces.size(), 1U);
}

TEST(Store, RemovesOnlyTheKindThatIsNamed) {
    Store store;
    store.apply(upsert({service("chat")}));
    store.apply(remove({"Secret", "team/chat"}));
    EXPECT_EQ(store.snapshot()->services.size(), 1U);
    store.apply(remove({"Service", "team/chat"}));
    EXPECT_TRUE(store.snapshot()->services.empty());
}

TEST(Store, LeavesPublishedSnapshotsAsTheyAre) {
    Store store;
    store.apply(upsert({service("chat")}));
    auto const before = store.snapshot();
    store.apply(upsert({service("chat", 81), service("news")}));
    EXPECT_EQ(before->services.size(), 1U);
    EXPECT_EQ(before->services.at("team/chat")->ports[0].port, 80);
    EXPECT_EQ(store.snapshot()->services.at("team/chat")->ports[0].port, 81);
}

TEST(Store, SharesWhatDidNotChangeBetweenSnapshots) {
    Store store;
    store.apply(upsert({service("chat"), service("news")}));
    auto const before = store.snapshot();
    store.apply(upsert({service("chat", 81)}));
    EXPECT_EQ(store.snapshot()->services.at("team/news"), before->services.at("team/news"));
}

TEST(Store, HandsOutTheSameSnapshotWhileNothingChanged) {
    Store store;
    store.apply(upsert({service("chat")}));
    auto const before = store.snapshot();
    store.apply(upsert({service("chat")}));
    store.apply(remove({"Service", "team/missing"}));
    EXPECT_EQ(store.snapshot(), before);
}

TEST(Store, NotifiesOnceUntilTheSnapshotIsTaken) {
    Store store;
    int notified = 0;
    store.subscribe([&notified] { ++notified; });
    store.apply(upsert({service("chat")}));
    store.apply(upsert({service("news")}));
    EXPECT_EQ(notified, 1);
    (void)store.snapshot();
    store.apply(upsert({service("chat")}));
    EXPECT_EQ(notified, 1) << "nothing changed";
    store.apply(upsert({service("chat", 81)}));
    EXPECT_EQ(notified, 2);
}

TEST(Store, NotifiesASubscriberThatComesAfterTheChange) {
    Store store;
    store.apply(upsert({service("chat")}));
    int notified = 0;
    store.subscribe([&notified] { ++notified; });
    EXPECT_EQ(notified, 1);
}

TEST(Store, LetsTheSubscriberTakeTheSnapshotAtOnce) {
    Store store;
    std::size_t seen = 0;
    store.subscribe([&] { seen = store.snapshot()->services.size(); });
    store.apply(upsert({service("chat")}));
    EXPECT_EQ(seen, 1U);
}

TEST(Store, KeepsTheNewestVersionOfEachSource) {
    Store store;
    int notified = 0;
    store.subscribe([&notified] { ++notified; });
    store.apply({.upserts = {}, .removes = {}, .sources = {{"services", 7}, {"secrets", 3}}});
    store.apply({.upserts = {}, .removes = {}, .sources = {{"services", 9}}});
    EXPECT_EQ(store.snapshot()->sources, (model::SourceVector{{"services", 9}, {"secrets", 3}}));
    EXPECT_EQ(notified, 1);
}

TEST(Store, ForgetsSourcesThatAreReadNoMore) {
    Store store;
    store.apply({.upserts = {}, .removes = {}, .sources = {{"secrets a/b", 7}, {"services", 9}}});
    store.apply({.upserts = {}, .removes = {}, .sources = {{"secrets a/b", 0}}});
    EXPECT_EQ(store.snapshot()->sources, (model::SourceVector{{"services", 9}}));
}

TEST(Store, TellsSnapshotsOfTheSameObjectsFromOthers) {
    Store store;
    store.apply(upsert({service("chat")}));
    auto const first = store.snapshot();
    store.apply({.upserts = {service("chat")}, .removes = {}, .sources = {{"services", 7}}});
    auto const second = store.snapshot();
    EXPECT_NE(first, second);
    EXPECT_TRUE(same_objects(*first, *second));
    store.apply(upsert({service("chat", 81)}));
    EXPECT_FALSE(same_objects(*second, *store.snapshot()));
    store.apply(remove({Service::kKind, "team/chat"}));
    EXPECT_FALSE(same_objects(*second, *store.snapshot()));
}

TEST(Store, TakesChangesFromSeveralThreads) {
    Store store;
    std::atomic<bool> done = false;
    std::thread reader([&] {
        while (!done)
            EXPECT_LE(store.snapshot()->services.size(), 200U);
    });
    auto const write = [&store](std::string const& prefix) {
        for (int i = 0; i < 100; ++i)
            store.apply(upsert({service(prefix + std::to_string(i))}));
    };
    std::thread first(write, "a");
    std::thread second(write, "b");
    first.join();
    second.join();
    done = true;
    reader.join();
    EXPECT_EQ(store.snapshot()->services.size(), 200U);
}

}  // namespace
}  // namespace holdfast::controller
