// Goal: lists and tokens as RFC 9110 §5.6 has them. Method: examples.
#include "dataplane/http/syntax.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "dataplane/http/field.hpp"

namespace holdfast::http {
namespace {

std::vector<std::string> elements_of(std::string_view list) {
    std::vector<std::string> elements;
    while (!list.empty())
        elements.emplace_back(next_element(list));
    return elements;
}

using Texts = std::vector<std::string>;

TEST(ListElements, AreTrimmedAndMayBeEmpty) {
    EXPECT_EQ(elements_of("a, b\t,,c "), (Texts{"a", "b", "", "c"}));
    EXPECT_EQ(elements_of(""), Texts{});
    EXPECT_EQ(elements_of(" "), Texts{""});
}

TEST(ListElements, KeepCommasInsideQuotes) {
    EXPECT_EQ(elements_of(R"(a; b="c, \", d", e)"), (Texts{R"(a; b="c, \", d")", "e"}));
}

TEST(ListElements, EndAtTheEndWhereAQuoteIsNotClosed) {
    EXPECT_EQ(elements_of(R"(a="b, c\)"), (Texts{R"(a="b, c\)"}));
}

TEST(Token, IsLettersDigitsAndCertainMarks) {
    EXPECT_TRUE(is_token("chat.v2_x~!"));
    EXPECT_FALSE(is_token(""));
    EXPECT_FALSE(is_token("a b"));
    EXPECT_FALSE(is_token("a/b"));
    EXPECT_FALSE(is_token(std::string_view("a\0", 2)));
    EXPECT_FALSE(is_token("\xc3\xa4"));
}

TEST(FieldLookup, ComparesNamesWithoutCase) {
    std::array const fields{Field{"A", "1"}, Field{"b", "2"}, Field{"a", "3"}};
    EXPECT_EQ(find_field(fields, "a")->value, "1");
    EXPECT_EQ(find_field(fields, "c"), nullptr);
    EXPECT_EQ(sole_field(fields, "B")->value, "2");
    EXPECT_EQ(sole_field(fields, "a"), nullptr);
    EXPECT_EQ(sole_field(fields, "c"), nullptr);
}

TEST(FieldLookup, FindsATokenOnAnyLine) {
    std::array const fields{Field{"Connection", "keep-alive"}, Field{"connection", "x ,UPGRADE"}};
    EXPECT_TRUE(has_token(fields, "Connection", "Upgrade"));
    EXPECT_FALSE(has_token(fields, "Connection", "Up"));
    EXPECT_FALSE(has_token(fields, "Upgrade", "x"));
}

}  // namespace
}  // namespace holdfast::http
