// Goal: SHA-256 as everyone else computes it. Method: the examples of FIPS 180-2.
#include <gtest/gtest.h>

#include "common/base/sha256.hpp"

namespace holdfast {
namespace {

TEST(Sha256, MatchesThePublishedExamples) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
    Sha256 hash;
    hash.update("a");
    hash.update("");
    hash.update("bc");
    EXPECT_EQ(hash.finish(), sha256("abc"));
}

}  // namespace
}  // namespace holdfast
