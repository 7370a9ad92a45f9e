// Goal: YAML becomes trees with positions, its traps become faults, and no bytes do harm.
// Method: small texts, each with one trap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "controller/source/yaml_reader.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Value read_one(std::string const& text) {
    std::vector<Document> const documents = read_yaml(text);
    EXPECT_EQ(documents.size(), 1U);
    EXPECT_THAT(documents.front().faults, IsEmpty());
    return documents.front().root;
}

std::vector<Fault> faults_of(std::string const& text) {
    std::vector<Document> const documents = read_yaml(text);
    return documents.empty() ? std::vector<Fault>{} : documents.back().faults;
}

TEST(ReadYaml, ReadsMapsListsAndScalars) {
    Value const root = read_one("a: 1\nb: [x, true, null]\nc: {d: \"1\"}\n");
    EXPECT_EQ(root.find("a")->integer, 1);
    EXPECT_EQ(root.find("b")->items.size(), 3U);
    EXPECT_EQ(root.find("b")->items[1].kind, Value::Kind::boolean);
    EXPECT_EQ(root.find("b")->items[2].kind, Value::Kind::null);
    EXPECT_EQ(root.find("c")->find("d")->kind, Value::Kind::string);
    EXPECT_EQ(root.find("e"), nullptr);
}

TEST(ReadYaml, KnowsWhereKeysAndValuesStand) {
    Value const root = read_one("# comment\nspec:\n  rules:\n  - name: main\n");
    Member const& spec = root.members.front();
    EXPECT_EQ(spec.at, (Position{2, 1}));
    Value const& rule = spec.value.find("rules")->items.front();
    EXPECT_EQ(rule.members.front().at, (Position{4, 5}));
    EXPECT_EQ(rule.find("name")->at, (Position{4, 11}));
}

TEST(ReadYaml, TakesQuotedScalarsAndBlocksForText) {
    Value const root = read_one("a: '8080'\nb: \"on\"\nc: |\n  010\nd: >-\n  true\ne: !!str 5\n");
    for (Member const& member : root.members) {
        EXPECT_EQ(member.value.kind, Value::Kind::string) << member.name;
    }
}

TEST(ReadYaml, ReadsSeveralDocumentsAndSkipsEmptyOnes) {
    EXPECT_EQ(read_yaml("---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n").size(), 2U);
    EXPECT_THAT(read_yaml(""), IsEmpty());
    EXPECT_THAT(read_yaml("# only a comment\n"), IsEmpty());
}

TEST(ReadYaml, ReadsJson) {
    Value const root = read_one(R"({"a": {"b": [1, "x"]}})");
    EXPECT_EQ(root.find("a")->find("b")->items[1].text, "x");
}

TEST(ReadYaml, ExpandsAliases) {
    Value const root = read_one("a: &x {n: 1}\nb: *x\n");
    EXPECT_EQ(root.find("b")->find("n")->integer, 1);
}

TEST(ReadYaml, RefusesAKeyThatComesTwiceAndKeepsTheFirst) {
    std::vector<Document> const documents = read_yaml("spec:\n  a: 1\n  a: 2\n");
    EXPECT_THAT(documents.front().faults,
                ElementsAre(Fault{{3, 3}, "spec.a", "the key comes twice"}));
    EXPECT_EQ(documents.front().root.find("spec")->find("a")->integer, 1);
}

TEST(ReadYaml, ReportsSeveralFaultsOfOneDocument) {
    EXPECT_EQ(faults_of("a: 1\na: 2\nb: !x 3\n<<: {c: 1}\n").size(), 3U);
}

TEST(ReadYaml, RefusesAnAliasToItsOwnParent) {
    EXPECT_THAT(
        faults_of("a: &x [1, *x]\n"),
        ElementsAre(Fault{{1, 11}, "a[1]", "an alias must not stand inside what it stands for"}));
}

TEST(ReadYaml, RefusesNestingBeyondTheBound) {
    auto const nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_THAT(faults_of(nested(limits::manifest_depth_max)), IsEmpty());
    EXPECT_THAT(faults_of(nested(limits::manifest_depth_max + 1)),
                ElementsAre(Fault{{1, 65}, "", "nested deeper than 64 levels"}));
}

TEST(ReadYaml, RefusesNestingBeyondTheBoundThroughAliases) {
    std::string text = "- &a0 [x]\n";
    for (int i = 1; i < 80; ++i) {
        text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    ASSERT_FALSE(faults_of(text).empty());
    EXPECT_EQ(faults_of(text).front().message, "nested deeper than 64 levels");
}

TEST(ReadYaml, RefusesAliasesThatMultiply) {
    std::string text = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        std::string const alias = "*a" + std::to_string(i - 1);
        text += "- &a" + std::to_string(i) + " [" + alias;
        for (int j = 0; j < 9; ++j)
            text += ", " + alias;
        text += "]\n";
    }
    ASSERT_FALSE(faults_of(text).empty());
    EXPECT_EQ(faults_of(text).front().message, "the file holds more than 1000000 values");
}

TEST(ReadYaml, RefusesAFileBeyondTheBound) {
    std::string const text(limits::manifest_bytes_max + 1, ' ');
    EXPECT_THAT(faults_of(text).front().message, HasSubstr("larger than 16777216 bytes"));
}

TEST(ReadYaml, RefusesBytesThatYamlCppWouldTakeForTheEnd) {
    EXPECT_THAT(faults_of("a: 1\nb\x04: 2\n"),
                ElementsAre(Fault{{2, 2}, "", "holds a control character; YAML is text"}));
    EXPECT_FALSE(faults_of(std::string("a: \0", 4)).empty());
}

TEST(ReadYaml, RefusesWhatIsNotUtf8) {
    EXPECT_EQ(faults_of("a: \xff\n").front().message, "is not UTF-8 text");
}

TEST(ReadYaml, SaysWhereTheSyntaxBreaksAndKeepsEarlierDocuments) {
    std::vector<Document> const documents = read_yaml("a: 1\n---\nb: [1, 2\nc: 3\n");
    ASSERT_EQ(documents.size(), 2U);
    EXPECT_THAT(documents[0].faults, IsEmpty());
    EXPECT_GE(documents[1].faults.front().at.line, 3);
    EXPECT_THAT(documents[1].faults.front().message, HasSubstr("not YAML: "));
}

TEST(ReadYaml, RefusesAStrayCharacterInsteadOfReadingItForEver) {
    for (char const* text : {",", "]", "}", "a: 1\n---\n,\n", "[a] ]\n"}) {
        ASSERT_FALSE(faults_of(text).empty()) << text;
        EXPECT_THAT(faults_of(text).front().message, HasSubstr("not YAML: ")) << text;
    }
}

TEST(ReadYaml, NeverRepeatsTextOfTheFileInAFault) {
    for (char const* text :
         {"p: *hunter2\n", "p: !hunter2 x\n", "p: \"\\hunter2\"\n", "p: {hunter2\n",
          "p: !<hunter2\n", "%TAG hunter2\n---\n", "p: &hunter2 &hunter2 x\n"}) {
        std::vector<Fault> const faults = faults_of(text);
        ASSERT_FALSE(faults.empty()) << text;
        for (Fault const& fault : faults) {
            EXPECT_THAT(fault.message, testing::Not(HasSubstr("hunter2"))) << text;
        }
    }
}

}  // namespace
}  // namespace holdfast::controller
