// Goal: a plain scalar means what every reader of YAML takes it for, or is called ambiguous.
// Method: tables of words and numbers.
#include <gtest/gtest.h>

#include "controller/source/scalar.hpp"

namespace holdfast::controller {
namespace {

using enum Value::Kind;

Value read(std::string const& text) { return plain_scalar(text, {1, 1}); }

TEST(PlainScalar, KnowsNullAndBooleans) {
    for (char const* text : {"", "~", "null", "Null", "NULL"})
        EXPECT_EQ(read(text).kind, null);
    for (char const* text : {"true", "True", "TRUE"}) {
        EXPECT_EQ(read(text).kind, boolean);
        EXPECT_TRUE(read(text).boolean);
    }
    for (char const* text : {"false", "False", "FALSE"}) {
        EXPECT_EQ(read(text).kind, boolean);
        EXPECT_FALSE(read(text).boolean);
    }
}

TEST(PlainScalar, ReadsIntegers) {
    EXPECT_EQ(read("0").integer, 0);
    EXPECT_EQ(read("8080").integer, 8080);
    EXPECT_EQ(read("-1").integer, -1);
    EXPECT_EQ(read("9223372036854775807").integer, INT64_MAX);
    EXPECT_EQ(read("8080").kind, integer);
}

TEST(PlainScalar, TakesANumberWithoutFractionForAnInteger) {
    EXPECT_EQ(read("8080.0").kind, integer);
    EXPECT_EQ(read("8080.0").integer, 8080);
    EXPECT_EQ(read("8e3").integer, 8000);
    EXPECT_EQ(read("-0.0").integer, 0);
}

TEST(PlainScalar, KeepsOtherNumbersAsNumbers) {
    for (char const* text : {"80.5", "1e-3", "9223372036854775808", "1e300", "1e999", "-1e999"}) {
        EXPECT_EQ(read(text).kind, number) << text;
        EXPECT_EQ(read(text).text, text);
    }
}

TEST(PlainScalar, CallsAmbiguousWhatOnlyYaml11TakesForABoolean) {
    for (char const* text : {"y", "Y", "yes", "No", "on", "ON", "off", "n"}) {
        EXPECT_EQ(read(text).kind, ambiguous) << text;
    }
}

TEST(PlainScalar, CallsAmbiguousWhatReadersTakeForDifferentNumbers) {
    for (char const* text : {"010", "08", "00", "-012", "0x1F", "0o17", "0b11", "1_000", "+5", ".5",
                             "5.", "+.5e3", "01.5", ".inf", "-.INF", ".nan"}) {
        EXPECT_EQ(read(text).kind, ambiguous) << text;
    }
}

TEST(PlainScalar, TakesEverythingElseForText) {
    for (char const* text :
         {"chat",      "30s", "1.2.3", "192.0.2.1", "1:30", "2026-11-21", "0xyz",     "-",
          ".",         "+",   "1e",    "e5",        "inf",  "nan",        "infinity", "yess",
          "truefalse", "_1",  "1 000", "1,000",     "--1",  "0x",         "1e5e5"}) {
        EXPECT_EQ(read(text).kind, string) << text;
        EXPECT_EQ(read(text).text, text);
    }
}

TEST(StringScalar, IsTextWhateverItLooksLike) {
    EXPECT_EQ(string_scalar("8080", {1, 1}).kind, string);
    EXPECT_EQ(string_scalar("", {1, 1}).kind, string);
}

}  // namespace
}  // namespace holdfast::controller
