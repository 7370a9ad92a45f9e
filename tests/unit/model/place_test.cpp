// Goal: what problems quote stays text. Method: texts whose 80th byte is inside a character.
#include <gtest/gtest.h>

#include "common/base/utf8.hpp"
#include "common/model/place.hpp"

namespace holdfast::model {
namespace {

TEST(InQuotes, KeepsAShortTextWhole) {
    EXPECT_EQ(in_quotes("grün"), "\"grün\"");
    EXPECT_EQ(in_quotes(std::string(80, 'a')), '"' + std::string(80, 'a') + '"');
}

TEST(InQuotes, CutsALongTextBetweenTwoCharacters) {
    EXPECT_EQ(in_quotes(std::string(81, 'a')), '"' + std::string(80, 'a') + "…\"");
    for (std::size_t before = 76; before <= 80; ++before) {
        std::string text(before, 'a');
        for (int i = 0; i < 5; ++i) {
            text += "𝄞";
        }
        EXPECT_TRUE(is_utf8(in_quotes(text))) << before;
        EXPECT_LE(in_quotes(text).size(), 85U) << before;
    }
}

}  // namespace
}  // namespace holdfast::model
