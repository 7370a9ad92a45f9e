// Goal: which objects are in force, given what the files hold and held.
// Method: file contents by hand, no file system.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/source/manifest_set.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string name_space(std::string const& name, std::string const& label = "x") {
    return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {l: " + label +
           "}}\n---\n";
}

std::vector<std::string> upserts(Changes const& changes) {
    std::vector<std::string> names;
    for (Object const& object : changes.upserts)
        names.push_back(id_of(object).key);
    return names;
}

std::vector<std::string> removes(Changes const& changes) {
    std::vector<std::string> names;
    for (ObjectId const& id : changes.removes)
        names.push_back(id.key);
    return names;
}

std::string label_of(Changes const& changes) {
    return std::get<std::shared_ptr<Namespace const>>(changes.upserts.at(0))->meta.labels.at("l");
}

TEST(ManifestSet, DeliversAllAtFirstAndThenWhatChanged) {
    ManifestSet set;
    set.update("a.yaml", name_space("one") + name_space("two"));
    EXPECT_THAT(upserts(set.commit()), ElementsAre("one", "two"));
    set.update("a.yaml", name_space("one") + name_space("two", "w") + name_space("three"));
    EXPECT_THAT(upserts(set.commit()), ElementsAre("three", "two"));
    EXPECT_TRUE(set.commit().empty());
}

TEST(ManifestSet, ChangesNothingWhenOnlyTheTextChanged) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    (void)set.commit();
    set.update("a.yaml", "# a comment\n" + name_space("one"));
    EXPECT_TRUE(set.commit().empty());
}

TEST(ManifestSet, CountsFilesThatWereNeverGood) {
    ManifestSet set;
    set.update("a.yaml", "kind: [");
    set.keep("b.yaml", "cannot be read");
    set.update("c.yaml", name_space("one"));
    set.update("c.yaml", "kind: [");
    EXPECT_EQ(set.report().files_refused, 3U);
    EXPECT_EQ(set.report().never_good, 2U);
    set.update("a.yaml", "");
    set.retain({"a.yaml", "c.yaml"});
    EXPECT_EQ(set.report().never_good, 0U);
}

TEST(ManifestSet, RemovesWhatAFileNoLongerHolds) {
    ManifestSet set;
    set.update("a.yaml", name_space("one") + name_space("two"));
    (void)set.commit();
    set.update("a.yaml", name_space("one"));
    EXPECT_THAT(removes(set.commit()), ElementsAre("two"));
}

TEST(ManifestSet, RemovesTheObjectsOfAFileThatIsGone) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    set.update("b.yaml", name_space("two"));
    (void)set.commit();
    set.retain({"b.yaml"});
    EXPECT_THAT(removes(set.commit()), ElementsAre("one"));
}

TEST(ManifestSet, KeepsTheLastGoodObjectsOfABrokenFile) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    (void)set.commit();
    set.update("a.yaml", name_space("one", "w") + "kind: [");
    EXPECT_TRUE(set.commit().empty());
    EXPECT_EQ(set.report().problems.size(), 1U);
    EXPECT_EQ(set.report().files_refused, 1U);
    set.update("a.yaml", name_space("one", "newer"));
    EXPECT_EQ(label_of(set.commit()), "newer");
    EXPECT_THAT(set.report().problems, IsEmpty());
}

TEST(ManifestSet, TakesNothingFromAFileThatWasNeverGood) {
    ManifestSet set;
    set.update("a.yaml", name_space("one") + "kind: Pod\n");
    EXPECT_TRUE(set.commit().empty());
}

TEST(ManifestSet, ForgetsABrokenFileThatIsGone) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    set.update("a.yaml", "broken");
    (void)set.commit();
    set.retain({});
    EXPECT_THAT(removes(set.commit()), ElementsAre("one"));
    EXPECT_THAT(set.report().problems, IsEmpty());
}

TEST(ManifestSet, KeepsTheObjectsOfAFileThatCannotBeRead) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    (void)set.commit();
    set.keep("a.yaml", "cannot be read: Permission denied");
    EXPECT_TRUE(set.commit().empty());
    EXPECT_EQ(to_string(set.report().problems.at(0)), "a.yaml: cannot be read: Permission denied");
    set.update("a.yaml", name_space("one"));
    EXPECT_THAT(set.report().problems, IsEmpty());
}

TEST(ManifestSet, LetsTheFirstFileWinAndReportsTheOther) {
    ManifestSet set;
    set.update("b.yaml", name_space("one", "b"));
    set.update("a.yaml", name_space("one", "a"));
    EXPECT_EQ(label_of(set.commit()), "a");
    EXPECT_THAT(set.report().problems,
                ElementsAre(SourceProblem{
                    "b.yaml", {1, 1}, {"Namespace one", "", "is ignored: a.yaml has it already"}}));
}

TEST(ManifestSet, FallsBackToTheOtherFileWhenTheFirstIsGone) {
    ManifestSet set;
    set.update("a.yaml", name_space("one", "a"));
    set.update("b.yaml", name_space("one", "b"));
    (void)set.commit();
    set.retain({"b.yaml"});
    Changes const changes = set.commit();
    EXPECT_EQ(label_of(changes), "b");
    EXPECT_THAT(changes.removes, IsEmpty());
    EXPECT_THAT(set.report().problems, IsEmpty());
}

TEST(ManifestSet, MovesAnObjectBetweenFilesWithoutAChange) {
    ManifestSet set;
    set.update("a.yaml", name_space("one"));
    (void)set.commit();
    set.update("b.yaml", name_space("one"));
    set.retain({"b.yaml"});
    EXPECT_TRUE(set.commit().empty());
}

TEST(ManifestSet, CountsObjectsAndFiles) {
    ManifestSet set;
    set.update("a.yaml", name_space("one") + name_space("two"));
    set.update("b.yaml", "broken");
    (void)set.commit();
    EXPECT_EQ(set.report().objects_count, 2U);
    EXPECT_EQ(set.report().files_count, 2U);
    EXPECT_EQ(set.report().files_refused, 1U);
}

}  // namespace
}  // namespace holdfast::controller
