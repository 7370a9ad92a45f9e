// Goal: problems name file, place, object and field, and do not hide each other.
// Method: short manifests, whole problems compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

using testing::ElementsAre;

constexpr char const* kGood = "apiVersion: v1\nkind: Namespace\nmetadata: {name: good}\n---\n";

TEST(DecodeManifest, NamesFilePlaceObjectAndField) {
    DecodedManifest const manifest =
        decode_manifest("routes/chat.yaml",
                        "apiVersion: holdfast.dev/v1alpha1\nkind: WebSocketRoute\nmetadata: {name: "
                        "chat, namespace: team}\n"
                        "spec:\n  parentRefs: [{name: edge}]\n  rules:\n  - backendRefs:\n    - "
                        "{name: chat, port: 0}\n");
    ASSERT_EQ(manifest.problems.size(), 1U);
    EXPECT_EQ(to_string(manifest.problems[0]),
              "routes/chat.yaml:8:26: WebSocketRoute team/chat: spec.rules[0].backendRefs[0].port: "
              "must be "
              "at least 1");
}

TEST(DecodeManifest, CallsAnObjectWithoutNameByItsPlace) {
    DecodedManifest const manifest =
        decode_manifest("f", std::string(kGood) + "apiVersion: v1\nkind: Service\n");
    EXPECT_THAT(manifest.problems,
                ElementsAre(SourceProblem{
                    "f", {5, 1}, {"Service in document 2", "metadata.name", "is required"}}));
}

TEST(DecodeManifest, KeepsGoodObjectsBesideBadOnes) {
    DecodedManifest const manifest = decode_manifest(
        "f", std::string(kGood) + "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n");
    EXPECT_EQ(manifest.objects.size(), 1U);
    EXPECT_EQ(manifest.problems.size(), 1U);
}

TEST(DecodeManifest, ReportsProblemsOfEveryDocument) {
    DecodedManifest const manifest = decode_manifest(
        "f", "kind: Pod\n---\napiVersion: v1\nkind: Namespace\nmetadata: {}\n---\na: [\n");
    EXPECT_EQ(manifest.problems.size(), 3U);
}

TEST(DecodeManifest, ReportsProblemsOfOneObjectInTheFilesOrder) {
    DecodedManifest const manifest = decode_manifest(
        "f",
        "apiVersion: v1\nkind: Service\nspec:\n  ports: [{}]\n  type: Odd\nmetadata: {nam: x}\n");
    std::vector<int> lines;
    for (SourceProblem const& problem : manifest.problems)
        lines.push_back(problem.at.line);
    EXPECT_TRUE(std::ranges::is_sorted(lines));
    EXPECT_EQ(lines.size(), 4U);
}

TEST(DecodeManifest, StopsAtTheBoundOfProblems) {
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "---\nkind: Pod\n";
    EXPECT_EQ(decode_manifest("f", text).problems.size(), 100U);
}

TEST(DecodeManifest, IgnoresStatus) {
    DecodedManifest const manifest = decode_manifest(
        "f",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\nstatus: {anything: [at, all]}\n");
    EXPECT_EQ(manifest.objects.size(), 1U);
    EXPECT_TRUE(manifest.problems.empty());
}

TEST(DecodeManifest, TellsWhereAnObjectBegins) {
    DecodedManifest const manifest = decode_manifest("f", "# comment\n" + std::string(kGood));
    EXPECT_EQ(manifest.objects.front().at, (Position{2, 1}));
}

}  // namespace
}  // namespace holdfast::controller
