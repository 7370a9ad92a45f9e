// Goal: every bound, pattern, enum and CEL rule refuses, and says where and why.
// Method: each file of tests/manifests/bad says in its `# expect: field: message` lines what is
// wrong with it; nothing else may be found. tests/api gives the same files to a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "controller/source/cel_rules.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

std::vector<std::string> expectations(std::string const& text) {
    constexpr std::string_view prefix = "# expect: ";
    std::vector<std::string> expected;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.starts_with(prefix);) {
        expected.push_back(line.substr(prefix.size()));
    }
    return expected;
}

class BadManifest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(BadManifest, IsRefusedForExactlyWhatIsWrong) {
    std::string const text = read_file(GetParam());
    std::vector<std::string> expected = expectations(text);
    DecodedManifest const manifest = decode_manifest("bad.yaml", text);
    ASSERT_FALSE(expected.empty());
    EXPECT_THAT(problems_of(manifest), testing::UnorderedElementsAreArray(expected));
}

TEST_P(BadManifest, IsRefusedWithAPlaceInTheFile) {
    std::string const text = read_file(GetParam());
    for (SourceProblem const& problem : decode_manifest("bad.yaml", text).problems) {
        EXPECT_EQ(problem.file, "bad.yaml");
        EXPECT_GT(problem.at.line, 1) << "line 1 holds the expectation";
        EXPECT_GT(problem.at.column, 0);
        EXPECT_FALSE(problem.problem.object.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(Manifests, BadManifest,
                         testing::ValuesIn(manifests_under("tests/manifests/bad")),
                         [](testing::TestParamInfo<std::filesystem::path> const& file) {
                             std::string name = file.param.stem().string();
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(BadManifests, CoverEveryCelRule) {
    std::set<std::string> messages;
    for (std::filesystem::path const& file : manifests_under("tests/manifests/bad")) {
        for (std::string const& expected : expectations(read_file(file))) {
            messages.insert(expected.substr(expected.find(": ") + 2));
        }
    }
    for (CelTwin const& twin : cel_twins()) {
        EXPECT_TRUE(messages.contains(std::string(twin.message))) << twin.message;
    }
}

TEST(BadManifests, NeverRepeatASecret) {
    for (char const* file :
         {"secret-not-base64", "secret-value-a-number", "secret-value-ambiguous"}) {
        std::string const text =
            read_file(in_tree("tests/manifests/bad/" + std::string(file) + ".yaml"));
        for (SourceProblem const& problem : decode_manifest("f.yaml", text).problems) {
            EXPECT_THAT(to_string(problem), testing::Not(testing::ContainsRegex("hunter2|12345")));
        }
    }
}

}  // namespace
}  // namespace holdfast::controller
