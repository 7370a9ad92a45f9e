// Goal: a table is served as a whole or not at all, and the one in force survives every bad one.
// Method: frames as a controller sends them, a target that remembers, times by hand.
#include "dataplane/control/apply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/support/tables.hpp"
#include "tests/unit/control/fake_target.hpp"

namespace holdfast::control {
namespace {

using namespace std::chrono_literals;
using test::snapshot;

TimePoint const kNow{1h};

class ApplierTest : public ::testing::Test {
protected:
    /// True when exactly one problem came, about this field of the table.
    static ::testing::AssertionResult names(std::vector<Problem> const& problems,
                                            std::string_view field) {
        if (problems.size() == 1 && problems[0].object == "Table" && problems[0].field == field) {
            return ::testing::AssertionSuccess();
        }
        auto failure = ::testing::AssertionFailure() << problems.size() << " problems";
        for (Problem const& problem : problems) {
            failure << "; " << to_string(problem);
        }
        return failure;
    }
    [[nodiscard]] std::string hash_in_force() const {
        return applier_.in_force() ? applier_.in_force()->version.hash : "";
    }

    test::FakeTarget target_;
    Applier applier_{test::kGateway, target_};
    model::Table const first_ = test::table();
    model::Table const second_ = test::chat_table();
};

TEST_F(ApplierTest, HasNothingInForceBeforeTheFirstTable) {
    EXPECT_FALSE(applier_.in_force().has_value());
}

TEST_F(ApplierTest, ServesASnapshot) {
    EXPECT_TRUE(applier_.apply(snapshot(first_, {{"gateways", 3}}), kNow).empty());
    ASSERT_EQ(target_.served.size(), 1u);
    EXPECT_TRUE(model::equal(*target_.served[0], first_));
    EXPECT_EQ(hash_in_force(), model::content_hash(first_));
    EXPECT_EQ(applier_.in_force()->version.sources.at("gateways"), 3u);
    EXPECT_EQ(applier_.in_force()->source, TableSource::controller);
    EXPECT_EQ(applier_.accepted(), 1u);
}

TEST_F(ApplierTest, ServesADeltaOnTheTableInForce) {
    ASSERT_TRUE(applier_.apply(snapshot(first_), kNow).empty());
    EXPECT_TRUE(applier_.apply(test::delta(first_, second_), kNow).empty());
    ASSERT_EQ(target_.served.size(), 2u);
    EXPECT_TRUE(model::equal(*target_.served[1], second_));
    EXPECT_EQ(hash_in_force(), model::content_hash(second_));
}

TEST_F(ApplierTest, SharesWhatADeltaDoesNotName) {
    ASSERT_TRUE(applier_.apply(snapshot(first_), kNow).empty());
    ASSERT_TRUE(applier_.apply(test::delta(first_, second_), kNow).empty());
    EXPECT_EQ(target_.served[0]->listeners.at("ws"), target_.served[1]->listeners.at("ws"));
}

TEST_F(ApplierTest, RefusesADeltaOnAnotherBase) {
    ASSERT_TRUE(applier_.apply(snapshot(second_), kNow).empty());
    EXPECT_TRUE(names(applier_.apply(test::delta(first_, second_), kNow), "base"));
    EXPECT_EQ(hash_in_force(), model::content_hash(second_));
}

TEST_F(ApplierTest, RefusesADeltaBeforeTheFirstTable) {
    EXPECT_TRUE(names(applier_.apply(test::delta(first_, second_), kNow), "base"));
}

TEST_F(ApplierTest, RefusesAHashThatIsNotTheContents) {
    push::Snapshot frame = snapshot(first_);
    frame.version.hash = model::content_hash(second_);
    EXPECT_TRUE(names(applier_.apply(frame, kNow), "version.hash"));
    EXPECT_TRUE(target_.served.empty());
}

TEST_F(ApplierTest, RefusesATableOfAnotherGateway) {
    EXPECT_TRUE(names(applier_.apply(snapshot(test::table("default/other")), kNow), "gateway"));
}

TEST_F(ApplierTest, RefusesAnInvalidTableAndKeepsTheOneInForce) {
    ASSERT_TRUE(applier_.apply(snapshot(first_), kNow).empty());
    model::Table broken = first_;
    broken.routes["default/chat"] = test::route("no-slash");
    std::vector<Problem> const problems = applier_.apply(snapshot(broken), kNow);
    ASSERT_FALSE(problems.empty());
    EXPECT_EQ(problems[0].object, "Route default/chat");
    EXPECT_EQ(target_.served.size(), 1u);
    EXPECT_EQ(hash_in_force(), model::content_hash(first_));
    EXPECT_EQ(applier_.rejected(), 1u);
}

TEST_F(ApplierTest, RefusesWhatCannotBeDecoded) {
    push::Snapshot frame = snapshot(first_);
    frame.table["listeners"] = 7;
    EXPECT_FALSE(applier_.apply(frame, kNow).empty());
    EXPECT_TRUE(target_.served.empty());
}

TEST_F(ApplierTest, PassesOnWhyTheTargetCannotServeAndKeepsTheOneInForce) {
    ASSERT_TRUE(applier_.apply(snapshot(first_), kNow).empty());
    target_.refusal = {{"", "", "port 8080 is in use"}};
    EXPECT_EQ(applier_.apply(snapshot(second_), kNow), target_.refusal);
    EXPECT_EQ(hash_in_force(), model::content_hash(first_));
}

// --- releases next to each other ---------------------------------------------------------------

class NewerController : public ApplierTest {
protected:
    /// A snapshot as a controller of the next release sends it: a rule, and the table, say more.
    [[nodiscard]] push::Snapshot newer_snapshot() const {
        push::Snapshot frame = snapshot(second_);
        auto& rule = frame.table.at("routes").at("default/chat").at("rules").at(0).as_object();
        rule["quota"] = {{"perSecond", 5}};
        frame.table["policies"] = {{"default/limits", {{"messages", 100}}}};
        frame.version.hash = model::hash_of(model::fingerprint_of(frame.table));
        return frame;
    }
};

TEST_F(NewerController, IsUnderstoodAsFarAsThisBuildGoes) {
    EXPECT_THAT(applier_.apply(newer_snapshot(), kNow), ::testing::IsEmpty());
    ASSERT_EQ(target_.served.size(), 1u);
    EXPECT_TRUE(model::equal(*target_.served[0], second_));
    EXPECT_EQ(hash_in_force(), newer_snapshot().version.hash);
}

TEST_F(NewerController, MaySendDeltas) {
    ASSERT_THAT(applier_.apply(newer_snapshot(), kNow), ::testing::IsEmpty());
    model::Table third = second_;
    third.backends["default/echo:80"] = test::backend(9001);
    push::DeltaFrame frame = test::delta(second_, third);
    frame.base = newer_snapshot().version.hash;
    frame.delta.upserts["policies"] = {{"default/limits", {{"messages", 7}}}};
    boost::json::object after = newer_snapshot().table;
    after["backends"] = model::to_json(third).at("backends");
    after["policies"] = frame.delta.upserts.at("policies");
    frame.version.hash = model::hash_of(model::fingerprint_of(after));
    EXPECT_THAT(applier_.apply(frame, kNow), ::testing::IsEmpty());
    EXPECT_TRUE(model::equal(*target_.served.back(), third));
    EXPECT_EQ(applier_.in_force()->received->to_json(), after);
}

TEST_F(NewerController, IsKeptWholeForANewerBuildThatReadsItFromDisk) {
    ASSERT_THAT(applier_.apply(newer_snapshot(), kNow), ::testing::IsEmpty());
    EXPECT_EQ(applier_.in_force()->received->to_json(), newer_snapshot().table);
}

// --- source vectors ----------------------------------------------------------------------------

TEST_F(ApplierTest, RefusesAnOlderSourceVectorUntilItIsInsistedOn) {
    ASSERT_TRUE(applier_.apply(snapshot(second_, {{"routes", 9}}), kNow).empty());
    push::Snapshot const older = snapshot(first_, {{"routes", 8}});
    EXPECT_TRUE(names(applier_.apply(older, kNow), "version.sources"));
    EXPECT_TRUE(
        names(applier_.apply(older, kNow + limits::stale_source_wait - 1s), "version.sources"));
    EXPECT_TRUE(applier_.apply(older, kNow + limits::stale_source_wait).empty());
    EXPECT_EQ(hash_in_force(), model::content_hash(first_));
}

TEST_F(ApplierTest, WaitsAnewWhenANewerTableCameInBetween) {
    ASSERT_TRUE(applier_.apply(snapshot(second_, {{"routes", 9}}), kNow).empty());
    push::Snapshot const older = snapshot(first_, {{"routes", 8}});
    EXPECT_FALSE(applier_.apply(older, kNow).empty());
    ASSERT_TRUE(applier_.apply(snapshot(second_, {{"routes", 10}}), kNow + 1s).empty());
    EXPECT_FALSE(applier_.apply(older, kNow + limits::stale_source_wait).empty());
}

TEST_F(ApplierTest, TakesTablesWithoutSourcesInAnyOrder) {
    ASSERT_TRUE(applier_.apply(snapshot(second_), kNow).empty());
    EXPECT_TRUE(applier_.apply(snapshot(first_), kNow).empty());
}

// --- disk --------------------------------------------------------------------------------------

TEST_F(ApplierTest, SaysThatATableCameFromDiskUntilAControllerConfirmsIt) {
    ASSERT_TRUE(applier_.apply_from_disk(snapshot(first_), kNow).empty());
    EXPECT_EQ(applier_.in_force()->source, TableSource::disk);
    applier_.confirm();
    EXPECT_EQ(applier_.in_force()->source, TableSource::controller);
}

TEST_F(ApplierTest, RefusesATableOfAnotherGatewayFromDiskToo) {
    EXPECT_FALSE(applier_.apply_from_disk(snapshot(test::table("default/other")), kNow).empty());
}

}  // namespace
}  // namespace holdfast::control
