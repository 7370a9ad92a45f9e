// Goal: Gateway API's rewrites, and no way around a prefix match. Method: tables of examples, the
// first one Gateway API's own.
#include "dataplane/http/path.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace holdfast::http {
namespace {

struct Rewritten {
    std::string_view path;
    std::string_view prefix;
    std::string_view replacement;
    std::string_view result;
};

TEST(ReplacePrefix, FollowsTheTableOfGatewayApi) {
    for (auto const& [path, prefix, replacement, result] : {
             Rewritten{"/foo/bar", "/foo", "/xyz", "/xyz/bar"},
             Rewritten{"/foo/bar", "/foo", "/xyz/", "/xyz/bar"},
             Rewritten{"/foo/bar", "/foo/", "/xyz", "/xyz/bar"},
             Rewritten{"/foo/bar", "/foo/", "/xyz/", "/xyz/bar"},
             Rewritten{"/foo", "/foo", "/xyz", "/xyz"},
             Rewritten{"/foo/", "/foo", "/xyz", "/xyz/"},
             Rewritten{"/foo/bar", "/foo", "", "/bar"},
             Rewritten{"/foo/", "/foo", "", "/"},
             Rewritten{"/foo", "/foo", "", "/"},
             Rewritten{"/foo/", "/foo", "/", "/"},
             Rewritten{"/foo", "/foo", "/", "/"},
         }) {
        EXPECT_EQ(replace_prefix(path, {prefix, replacement}), result)
            << path << ' ' << prefix << ' ' << replacement;
    }
}

TEST(ReplacePrefix, PutsThePathBehindTheReplacementOfTheRoot) {
    EXPECT_EQ(replace_prefix("/a/b", {"/", "/xyz"}), "/xyz/a/b");
    EXPECT_EQ(replace_prefix("/", {"/", "/xyz"}), "/xyz/");
}

TEST(ReplacePrefix, KeepsEncodedCharactersAndEmptyElements) {
    EXPECT_EQ(replace_prefix("/foo//b%20c", {"/foo", "/x"}), "/x//b%20c");
}

TEST(DotSegments, AreFoundHoweverTheyAreSpelt) {
    for (std::string_view const path :
         {"/.", "/..", "/a/..", "/a/./b", "/a/../b", "/%2e", "/a/%2E./b", "/a/.%2e", "/a%2f..%2fb",
          "/a\\..\\b", "/a%5c..", "/../", "/a/..;/b", "/a/..;x=1", "/a/..%3b/b", "/a/..%3B",
          "/.;/a", "/a/%2e.%3bx/b", "/a;x/..;y"}) {
        EXPECT_TRUE(has_dot_segments(path)) << path;
    }
}

TEST(DotSegments, AreNotSeenInOtherNames) {
    for (std::string_view const path :
         {"/", "/a", "/...", "/.well-known/x", "/a.b/c..d", "/..a", "/%2", "/%", "/%2e%2e%2e", "//",
          "/a/%zz.", "/.%", "/;/a", "/a;..", "/;../a", "/...;x", "/a..;x", "/%3b.."}) {
        EXPECT_FALSE(has_dot_segments(path)) << path;
    }
}

}  // namespace
}  // namespace holdfast::http
