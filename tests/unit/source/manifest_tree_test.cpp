// Goal: which files count as manifests, and what reading one may answer.
// Method: real directories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/base/limits.hpp"
#include "controller/source/manifest_tree.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(IsManifestName, TakesYamlAndLeavesTemporaryFiles) {
    for (char const* name : {"a.yaml", "a.yml", "a.b.yaml", "a-tmp.yaml"}) {
        EXPECT_TRUE(is_manifest_name(name)) << name;
    }
    for (char const* name : {"a.json", "yaml", ".a.yaml", ".#a.yaml", "..data", "a.yaml~",
                             "a.yaml.swp", "#a.yaml#", "a.yaml.bak", "a.YAML", "4913"}) {
        EXPECT_FALSE(is_manifest_name(name)) << name;
    }
}

TEST(ListManifests, DescendsIntoFoldersButNotHiddenOnes) {
    TemporaryDirectory const root;
    fs::create_directories(root.path() / "team/deep");
    fs::create_directories(root.path() / ".git");
    write_file(root.path() / "a.yaml", "");
    write_file(root.path() / "team/deep/b.yml", "");
    write_file(root.path() / ".git/c.yaml", "");
    write_file(root.path() / "README.md", "");
    ManifestTree const tree = list_manifests(root.path());
    EXPECT_TRUE(tree.exists);
    EXPECT_THAT(tree.files, ElementsAre((root.path() / "a.yaml").string(),
                                        (root.path() / "team/deep/b.yml").string()));
    EXPECT_EQ(tree.directories.size(), 3U);
    EXPECT_THAT(tree.problem, IsEmpty());
}

TEST(ListManifests, FollowsLinksAndEndsInCircles) {
    TemporaryDirectory const root;
    fs::create_directories(root.path() / "real");
    write_file(root.path() / "real/a.yaml", "");
    fs::create_directory_symlink(root.path(), root.path() / "real/up");
    fs::create_symlink("real/a.yaml", root.path() / "b.yaml");
    ManifestTree const tree = list_manifests(root.path());
    EXPECT_THAT(tree.files, ElementsAre((root.path() / "b.yaml").string(),
                                        (root.path() / "real/a.yaml").string()));
    EXPECT_THAT(tree.linked, ElementsAre((root.path() / "b.yaml").string()));
}

TEST(ListManifests, SaysWhyThereIsNothing) {
    TemporaryDirectory const root;
    ManifestTree const tree = list_manifests(root.path() / "missing");
    EXPECT_FALSE(tree.exists);
    EXPECT_THAT(tree.problem, HasSubstr("missing cannot be listed: No such file or directory"));
}

TEST(ListManifests, RefusesFoldersNestedTooDeep) {
    TemporaryDirectory const root;
    fs::path deep = root.path();
    for (int i = 0; i < 16; ++i)
        deep /= "d";
    fs::create_directories(deep);
    ManifestTree const tree = list_manifests(root.path());
    EXPECT_TRUE(tree.exists);
    EXPECT_THAT(tree.problem, HasSubstr("nested too deep"));
}

TEST(ReadManifest, ReadsARegularFile) {
    TemporaryDirectory const root;
    std::string const text(200'000, 'x');
    write_file(root.path() / "a.yaml", text);
    EXPECT_EQ(std::get<std::string>(read_manifest((root.path() / "a.yaml").string())), text);
}

TEST(ReadManifest, TellsAMissingFileFromAnUnreadableOne) {
    TemporaryDirectory const root;
    EXPECT_TRUE(std::get<Unreadable>(read_manifest((root.path() / "a.yaml").string())).gone);
    fs::create_symlink("a.yaml", root.path() / "a.yaml");
    EXPECT_FALSE(std::get<Unreadable>(read_manifest((root.path() / "a.yaml").string())).gone);
}

TEST(ReadManifest, DoesNotWaitForAFifo) {
    TemporaryDirectory const root;
    std::string const path = (root.path() / "a.yaml").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(std::get<Unreadable>(read_manifest(path)).why, "is no regular file");
}

TEST(ReadManifest, RefusesAFileBeyondTheBound) {
    TemporaryDirectory const root;
    std::string const path = (root.path() / "a.yaml").string();
    write_file(path, "");
    fs::resize_file(path, limits::manifest_bytes_max + 1);
    EXPECT_EQ(std::get<Unreadable>(read_manifest(path)).why, "is larger than 16777216 bytes");
}

}  // namespace
}  // namespace holdfast::controller
