// Goal: a delta is all that a data plane needs to follow. Method: random tables and changes, plus
// damaged deltas by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "common/model/collections.hpp"
#include "common/model/delta.hpp"
#include "common/model/table_json.hpp"
#include "common/model/version.hpp"
#include "tests/support/problem_printer.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::model {
namespace {

using testing::ElementsAre;

Table table_with(std::string const& key, Backend backend) {
    Table table;
    table.gateway = "default/edge";
    table.backends[key] = std::make_shared<Backend const>(std::move(backend));
    return table;
}

Delta delta_of(std::string_view upserts, std::string_view removes) {
    return {boost::json::parse(upserts).as_object(), boost::json::parse(removes).as_object()};
}

TEST(Delta, TurnsAnyTableIntoAnyOther) {
    test::Random random(test::seed());
    for (int round = 0; round < 300; ++round) {
        Table const from = test::random_table(random);
        Table const to = test::random_table(random);
        auto const applied = apply(from, difference(from, to));
        ASSERT_TRUE(applied.has_value());
        ASSERT_TRUE(equal(*applied, to));
        ASSERT_EQ(content_hash(*applied), content_hash(to));
    }
}

TEST(Delta, SurvivesTheWireAndSharesWhatItDoesNotName) {
    test::Random random(test::seed());
    for (int round = 0; round < 300; ++round) {
        Table const from = test::random_table(random);
        Table const to = test::random_change(from, random);
        Delta const sent = difference(from, to);
        Delta const received =
            delta_of(boost::json::serialize(sent.upserts), boost::json::serialize(sent.removes));
        auto const applied = apply(from, received);
        ASSERT_TRUE(applied.has_value());
        ASSERT_TRUE(equal(*applied, to));
        for (auto const& [key, listener] : applied->listeners) {
            ASSERT_EQ(listener, from.listeners.at(key)) << "a random change leaves listeners alone";
        }
    }
}

TEST(Delta, IsEmptyExactlyForEqualTables) {
    test::Random random(test::seed());
    for (int round = 0; round < 300; ++round) {
        Table const from = test::random_table(random);
        Table const to = test::random_change(from, random);
        ASSERT_EQ(difference(from, to).empty(), equal(from, to));
        ASSERT_TRUE(difference(from, from).empty());
    }
}

TEST(Delta, IsEmptyForEqualEntriesThatAreNotShared) {
    Table const a = table_with("default/chat:80", {{{"10.0.0.1", 80, EndpointState::ready}}});
    Table const b = table_with("default/chat:80", {{{"10.0.0.1", 80, EndpointState::ready}}});
    EXPECT_TRUE(difference(a, b).empty());
}

TEST(Share, MakesOneObjectOfEveryEqualEntryAndChangesNothing) {
    test::Random random(test::seed());
    for (int round = 0; round < 100; ++round) {
        Table const before = test::random_table(random);
        Table const after = test::random_change(before, random);
        auto const decoded = table_from_json(to_json(after));
        ASSERT_TRUE(decoded.has_value());
        Table const shared = share(before, *decoded);
        ASSERT_TRUE(equal(shared, after));
        for_each_collection([&](CollectionName, auto collection) {
            for (auto const& [key, entry] : shared.*collection) {
                auto const old = (before.*collection).find(key);
                if (old != (before.*collection).end() && *old->second == *entry) {
                    ASSERT_EQ(old->second, entry);
                }
            }
        });
    }
}

TEST(Delta, NamesOnlyWhatChanged) {
    Table const a = table_with("default/chat:80", {});
    Table const b = table_with("default/news:80", {{{"10.0.0.1", 80, EndpointState::serving}}});
    Delta const delta = difference(a, b);
    EXPECT_EQ(boost::json::serialize(delta.upserts),
              R"({"backends":{"default/news:80":)"
              R"({"endpoints":[{"address":"10.0.0.1","port":80,"state":"serving"}]}}})");
    EXPECT_EQ(boost::json::serialize(delta.removes), R"({"backends":["default/chat:80"]})");
}

TEST(ApplyDelta, ReportsARemoveThatTheBaseLacks) {
    auto const applied =
        apply(table_with("default/a:80", {}), delta_of("{}", R"({"backends":["default/b:80"]})"));
    ASSERT_TRUE(applied.has_error());
    EXPECT_THAT(applied.error(), ElementsAre(Problem{"Delta", "removes.backends[0]",
                                                     "\"default/b:80\" is not in the base table"}));
}

TEST(ApplyDelta, ReportsEveryWrongType) {
    auto const applied = apply(Table{}, delta_of(R"({"backends":[],"routes":{"a/b":{"rules":1}}})",
                                                 R"({"listeners":{},"routes":[1,"x"]})"));
    ASSERT_TRUE(applied.has_error());
    EXPECT_THAT(
        applied.error(),
        ElementsAre(Problem{"Delta", "removes.listeners", "expected a list, got an object"},
                    Problem{"Delta", "removes.routes[0]", "expected a string, got an integer"},
                    Problem{"Delta", "upserts.backends", "expected an object, got a list"},
                    Problem{"Route a/b", "rules", "expected a list, got an integer"}));
}

TEST(ApplyDelta, IgnoresCollectionsOfANewerPeer) {
    Table const base = table_with("default/a:80", {});
    auto const applied = apply(base, delta_of(R"({"policies":{"a/b":{}}})", R"({"quotas":["a"]})"));
    ASSERT_TRUE(applied.has_value());
    EXPECT_TRUE(equal(*applied, base));
}

TEST(DeltaDeathTest, AssertsThatBothTablesAreOfOneGateway) {
    Table other;
    other.gateway = "default/other";
    EXPECT_DEATH(static_cast<void>(difference(Table{}, other)), "from.gateway == to.gateway");
}

}  // namespace
}  // namespace holdfast::model
