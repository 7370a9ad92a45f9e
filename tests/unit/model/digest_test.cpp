// Goal: the digest is of what JSON says, not of how it is written. Method: pairs of texts.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <set>

#include "common/base/sha256.hpp"
#include "common/model/digest.hpp"

namespace holdfast::model {
namespace {

std::string digest_of(std::string_view text) { return digest(boost::json::parse(text)); }

TEST(Digest, DoesNotDependOnOrderWhitespaceAndEscapes) {
    EXPECT_EQ(digest_of(R"({"a":1,"b":{"c":[1,2],"d":"x"}})"),
              digest_of("{ \"b\" : {\"d\":\"\\u0078\", \"c\":[ 1, 2 ]},\n \"a\" : 1 }"));
    EXPECT_EQ(digest_of(R"("\/ü")"), digest_of(R"("/\u00fc")"));
}

TEST(Digest, TellsWhatDiffersApart) {
    std::set<std::string> digests;
    for (char const* text : {"null",
                             "true",
                             "false",
                             "0",
                             "1",
                             "-1",
                             "1.5",
                             "18446744073709551615",
                             "\"\"",
                             "\"1\"",
                             "\"null\"",
                             "[]",
                             "[1]",
                             "[1,2]",
                             "[2,1]",
                             "[[1],2]",
                             "[1,[2]]",
                             "[12]",
                             "{}",
                             R"({"a":1})",
                             R"({"a":2})",
                             R"({"b":1})",
                             R"({"a":"1"})",
                             R"({"a":{"b":1}})",
                             R"({"a":{},"b":1})",
                             R"(["a",1])",
                             R"({"ab":""})",
                             R"({"a":"b"})"}) {
        EXPECT_TRUE(digests.insert(digest_of(text)).second) << text;
    }
}

TEST(Digest, IsOfTheFormThatTheProtocolSays) {
    EXPECT_EQ(digest_of(R"({"b":[null,true,-7],"a":"hé"})"), sha256("o2:s1:as3:hés1:ba3:nti-7;"));
}

}  // namespace
}  // namespace holdfast::model
