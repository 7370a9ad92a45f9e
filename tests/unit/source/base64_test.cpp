// Goal: what Secrets hold is decoded, anything else refused. Method: RFC 4648 §10 and its breaks.
#include <gtest/gtest.h>

#include "controller/source/base64.hpp"

namespace holdfast::controller {
namespace {

TEST(DecodeBase64, DecodesEveryLengthOfPadding) {
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9v"), "foo");
    EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
}

TEST(DecodeBase64, DecodesEveryByte) {
    EXPECT_EQ(decode_base64("AP+/"), std::string("\0\xff\xbf", 3));
}

TEST(DecodeBase64, SkipsLineBreaksAnywhere) {
    EXPECT_EQ(decode_base64("Zm\n9v\r\nYg=\n=\n"), "foob");
}

TEST(DecodeBase64, RefusesWhatIsNoBase64) {
    for (char const* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Z=g=", "Zm9v!===",
                             "Zm 9v", "Zm9-", "Zm9_", "hunter2!"}) {
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace holdfast::controller
