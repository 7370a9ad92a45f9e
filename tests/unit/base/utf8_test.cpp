// Goal: whatever a peer sends, a log line stays UTF-8. Method: RFC 3629's borders, both sides.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "common/base/utf8.hpp"

namespace holdfast {
namespace {

TEST(IsUtf8, TakesTheFirstAndLastCharacterOfEveryLength) {
    for (char const* text :
         {"", "\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
          "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(is_utf8(text));
        EXPECT_EQ(to_utf8(text), text);
    }
}

TEST(IsUtf8, RefusesOverlongSurrogateTooLargeAndBrokenForms) {
    for (char const* text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2g", "\xe0\x9f\xbf", "\xe0\xa0",
          "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
        EXPECT_FALSE(is_utf8(text));
        EXPECT_TRUE(is_utf8(to_utf8(text)));
    }
}

TEST(ToUtf8, ReplacesOnlyTheBytesThatAreWrong) {
    EXPECT_EQ(to_utf8("a\xff"
                      "b\xc3\xa4"),
              "a\xef\xbf\xbd"
              "b\xc3\xa4");
    EXPECT_EQ(to_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ToUtf8, MakesUtf8OfAnyBytes) {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> byte(0, 255);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(static_cast<std::size_t>(round % 9), '\0');
        std::ranges::generate(text, [&] { return static_cast<char>(byte(random)); });
        ASSERT_TRUE(is_utf8(to_utf8(text)));
    }
}

}  // namespace
}  // namespace holdfast
