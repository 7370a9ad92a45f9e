// Goal: what differs is written, once, and not too often. Method: the book asked at times of the
// test's.
#include "controller/status/status_book.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

ObjectId const kRoute{"WebSocketRoute", "default/chat"};
ObjectId const kGateway{"Gateway", "infra/edge"};
char const* const kWall = "2026-11-21T10:00:00Z";

boost::json::object accepted(char const* status, int generation = 1) {
    return {{"conditions",
             {{{"type", "Accepted"},
               {"status", status},
               {"reason", "Why"},
               {"message", "m"},
               {"observedGeneration", generation}}}}};
}

kube::StoredStatus stored(ObjectId const& id, char const* version,
                          boost::json::object status = {}) {
    return {.id = id,
            .path = "/p",
            .api_version = "v1",
            .uid = "u",
            .resource_version = version,
            .generation = 1,
            .status = std::move(status)};
}

class StatusBookTest : public ::testing::Test {
protected:
    std::optional<StatusWrite> next() { return book_.next(now_, kWall); }
    /// As the API server does, and its watch tells.
    void write(StatusWrite const& write, char const* version) {
        kube::StoredStatus result = write.stored;
        result.resource_version = version;
        for (auto const& [name, value] : write.patch.body.at("status").as_object()) {
            result.status[name] = value;
        }
        book_.written(std::move(result));
    }
    void want(char const* status, char const* uid = "u") {
        book_.want({{kGateway, {accepted(status), uid}}});
    }

    StatusBook book_;
    TimePoint now_{1h};
};

TEST_F(StatusBookTest, WritesWhatDiffersFromWhatIsStored) {
    book_.stored(stored(kGateway, "5"));
    EXPECT_FALSE(next());
    want("True");
    auto const write = next();
    ASSERT_TRUE(write);
    EXPECT_EQ(write->stored.resource_version, "5");
    EXPECT_FALSE(next());
}

TEST_F(StatusBookTest, IsContentWithWhatItWrote) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    write(*next(), "6");
    now_ += 10s;
    EXPECT_FALSE(next());
    EXPECT_FALSE(book_.due());
}

TEST_F(StatusBookTest, WaitsForAnObjectThatIsNotStoredYet) {
    want("True");
    EXPECT_FALSE(next());
    book_.stored(stored(kGateway, "5"));
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, HasOneWriteOfAnObjectUnderWayAtATime) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    auto const first = next();
    want("False");
    now_ += 10s;
    EXPECT_FALSE(next());
    EXPECT_FALSE(book_.due());
    write(*first, "6");
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, IsNotHeldUpByTheWriteOfAnObjectThatWasReplaced) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    auto const old = next();
    auto replaced = stored(kGateway, "7");
    replaced.uid = "another";
    book_.stored(replaced);
    book_.put_off(old->stored, now_ + 60s);
    want("True", "another");
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, RestoresWhatAnotherOneErased) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    write(*next(), "6");
    book_.stored(stored(kGateway, "7"));
    EXPECT_FALSE(next());
    EXPECT_EQ(book_.due(), now_ + StatusBook::kInterval);
    now_ += StatusBook::kInterval;
    ASSERT_TRUE(next());
}

TEST_F(StatusBookTest, WritesToAnOlderVersionOfAStoreThatWasRestored) {
    book_.stored(stored(kGateway, "50"));
    want("True");
    write(*next(), "60");
    book_.stored(stored(kGateway, "40"));
    now_ += 10s;
    auto const write = next();
    ASSERT_TRUE(write);
    EXPECT_EQ(write->stored.resource_version, "40");
}

TEST_F(StatusBookTest, KeepsWhatAWatchToldSinceItWrote) {
    book_.stored(stored(kGateway, "50"));
    want("True");
    auto const under_way = next();
    book_.stored(stored(kGateway, "70"));
    write(*under_way, "60");
    now_ += 10s;
    auto const again = next();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->stored.resource_version, "70");
}

TEST_F(StatusBookTest, WritesOfAnObjectThatReplacedAnotherWhatIsWantedOfItself) {
    book_.stored(stored(kGateway, "50"));
    want("True");
    book_.put_off(next()->stored, now_ + 60s);
    auto replaced = stored(kGateway, "7");
    replaced.uid = "another";
    book_.stored(replaced);
    EXPECT_FALSE(next());
    want("True", "another");
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, WritesNothingThatWasComputedBeforeAnObjectWasReplaced) {
    book_.stored(stored(kGateway, "50"));
    auto replaced = stored(kGateway, "70");
    replaced.uid = "another";
    book_.stored(replaced);
    want("True", "u");
    EXPECT_FALSE(next());
    EXPECT_FALSE(book_.due());
}

TEST_F(StatusBookTest, WritesWhatWasComputedOfAReplacementBeforeItIsToldOfHere) {
    book_.stored(stored(kGateway, "50"));
    want("True", "another");
    EXPECT_FALSE(next());
    auto replaced = stored(kGateway, "70");
    replaced.uid = "another";
    book_.stored(replaced);
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, WritesToAnyObjectOfTheNameWhatNamesNone) {
    book_.stored(stored(kGateway, "50"));
    want("True", "");
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, PutsOffAWriteThatFailed) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    book_.put_off(next()->stored, now_ + 5s);
    now_ += 4s;
    EXPECT_FALSE(next());
    now_ += 1s;
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, TakesItsEntriesFromARouteThatIsNotOursAnyMore) {
    boost::json::object const parents{{"parents",
                                       {{{"parentRef", {{"name", "edge"}}},
                                         {"controllerName", "holdfast.dev/gateway-controller"},
                                         {"conditions", boost::json::array()}}}}};
    book_.stored(stored(kRoute, "5", parents));
    book_.want({{kRoute, {parents, "u"}}});
    EXPECT_FALSE(next());
    book_.want({});
    auto const write = next();
    ASSERT_TRUE(write);
    EXPECT_TRUE(write->patch.body.at("status").at("parents").as_array().empty());
}

TEST_F(StatusBookTest, LeavesAGatewayAloneThatIsNotOursAnyMore) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    write(*next(), "6");
    book_.want({});
    now_ += 10s;
    EXPECT_FALSE(next());
}

TEST_F(StatusBookTest, ForgetsWhatIsGone) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    book_.gone(kGateway);
    EXPECT_FALSE(next());
    EXPECT_EQ(book_.size(), 0u);
}

TEST_F(StatusBookTest, WritesNothingOfAnEarlierObjectToOneThatComesInItsPlace) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    book_.gone(kGateway);
    book_.stored(stored(kGateway, "8"));
    EXPECT_FALSE(next());
    want("True");
    EXPECT_TRUE(next());
}

TEST_F(StatusBookTest, LetsNoLateAnswerBringBackWhatIsGone) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    auto const under_way = next();
    book_.gone(kGateway);
    write(*under_way, "6");
    book_.read_again(stored(kGateway, "6"));
    EXPECT_FALSE(book_.put_off(under_way->stored, now_));
    EXPECT_EQ(book_.size(), 0u);
}

TEST_F(StatusBookTest, TakesAnOlderVersionThatTheServerAnswersWhenAsked) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    ASSERT_TRUE(next());
    book_.read_again(stored(kGateway, "3"));
    now_ += 10s;
    auto const write = next();
    ASSERT_TRUE(write);
    EXPECT_EQ(write->stored.resource_version, "3");
}

TEST_F(StatusBookTest, WritesNothingThatAnEarlierTermWanted) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    book_.begin_term();
    EXPECT_FALSE(next());
    book_.stored(stored(kGateway, "6"));
    EXPECT_FALSE(next());
}

TEST_F(StatusBookTest, ComparesEverythingAnewInANewTerm) {
    book_.stored(stored(kGateway, "5"));
    want("True");
    book_.leave(next()->stored);
    EXPECT_FALSE(next());
    book_.begin_term();
    want("True");
    now_ += 10s;
    EXPECT_TRUE(next());
}

}  // namespace
}  // namespace holdfast::controller
