// Goal: the structural schema does what the API server does with the keywords that we use.
// Method: small schemas and values written as YAML.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/source/conform.hpp"
#include "controller/source/yaml_reader.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Value yaml(std::string const& text) { return read_yaml(text).front().root; }

struct Outcome {
    Value value;
    std::vector<std::string> faults;
};

Outcome check(std::string const& schema, std::string const& text,
              UnknownFields unknown_fields = UnknownFields::refuse) {
    Outcome outcome{yaml(text), {}};
    for (Fault const& fault :
         conform(compile_schema(yaml(schema)), outcome.value, unknown_fields)) {
        outcome.faults.push_back(fault.field + ": " + fault.message);
    }
    return outcome;
}

TEST(Conform, FillsInDefaultsFromTheOutsideIn) {
    Outcome const outcome = check(
        "{type: object, properties: {t: {type: object, default: {a: 1}, properties: {a: {type: "
        "integer, default: "
        "5}, b: {type: string, default: x}}}}}",
        "{}\n");
    EXPECT_THAT(outcome.faults, IsEmpty());
    EXPECT_TRUE(same_content(outcome.value, yaml("{t: {a: 1, b: x}}")));
}

TEST(Conform, FillsInNothingInsideAnAbsentObjectWithoutDefault) {
    Outcome const outcome = check(
        "{type: object, properties: {t: {type: object, properties: {a: {type: integer, default: "
        "5}}}}}",
        "{}");
    EXPECT_TRUE(same_content(outcome.value, yaml("{}")));
}

TEST(Conform, TakesNullForAbsence) {
    std::string const schema =
        "{type: object, required: [b], properties: {a: {type: string, default: x}, b: {type: "
        "string}}}";
    Outcome const outcome = check(schema, "{a: ~, b: ~}");
    EXPECT_THAT(outcome.faults, ElementsAre("b: is required"));
    EXPECT_EQ(outcome.value.find("a")->text, "x");
}

TEST(Conform, RefusesNullAsAnItem) {
    EXPECT_THAT(check("{type: array, items: {type: string}}", "[a, ~]").faults,
                ElementsAre("[1]: must be a string, not null"));
}

TEST(Conform, RefusesOrIgnoresUnknownFields) {
    std::string const schema = "{type: object, properties: {a: {type: string}}}";
    EXPECT_THAT(check(schema, "{b: 1}").faults, ElementsAre("b: unknown field"));
    EXPECT_THAT(check(schema, "{b: 1}", UnknownFields::ignore).faults, IsEmpty());
}

TEST(Conform, LetsAnOpenMapHoldAnything) {
    EXPECT_THAT(
        check("{type: object, x-kubernetes-preserve-unknown-fields: true}", "{a: {b: 1}}").faults,
        IsEmpty());
}

TEST(Conform, HoldsEveryValueOfAFreeMapToItsSchema) {
    EXPECT_THAT(
        check("{type: object, additionalProperties: {type: string}}", "{a: x, b.c/d: 1}").faults,
        ElementsAre("[b.c/d]: must be a string, not an integer"));
}

TEST(Conform, CountsCodePointsNotBytes) {
    EXPECT_THAT(check("{type: string, maxLength: 3}", "äöü").faults, IsEmpty());
    EXPECT_THAT(check("{type: string, maxLength: 3}", "äöüß").faults,
                ElementsAre(": must have at most 3 characters"));
}

TEST(Conform, ComparesEnumsByTypeAndValue) {
    EXPECT_THAT(check("{type: integer, enum: [1, 2]}", "2").faults, IsEmpty());
    EXPECT_THAT(check("{type: integer, enum: [1, 2]}", "3").faults,
                ElementsAre(": must be one of 1, 2"));
}

TEST(Conform, FindsItemsThatRepeatInASetOrMap) {
    std::string const set =
        "{type: array, x-kubernetes-list-type: set, maxItems: 9, items: {type: string}}";
    EXPECT_THAT(check(set, "[a, b, a, a]").faults,
                ElementsAre("[2]: repeats item 0", "[3]: repeats item 0"));
    std::string const map =
        "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [p, q], maxItems: "
        "9, items: "
        "{type: object, properties: {p: {type: integer}, q: {type: string, default: TCP}, r: "
        "{type: integer}}}}";
    EXPECT_THAT(check(map, "[{p: 1, r: 1}, {p: 1, q: UDP}, {p: 1, r: 2}]").faults,
                ElementsAre("[2]: repeats item 0"));
}

TEST(Conform, ReportsEveryFaultAtOnceWithItsPath) {
    std::string const schema =
        "{type: object, required: [z], properties: {l: {type: array, items: {type: object, "
        "required: [k], "
        "properties: {k: {type: integer, minimum: 1}}}}}}";
    EXPECT_THAT(check(schema, "{l: [{k: 0}, {}, {k: x}]}").faults,
                testing::UnorderedElementsAre("z: is required", "l[0].k: must be at least 1",
                                              "l[1].k: is required",
                                              "l[2].k: must be an integer, not a string"));
}

TEST(Conform, AsksACelRuleOnlyWhenTheRestIsWell) {
    std::string const schema =
        "{type: string, maxLength: 3, x-kubernetes-validations: [{rule: x, message: must start "
        "with '/'}]}";
    EXPECT_THAT(check(schema, "abc").faults, ElementsAre(": must start with '/'"));
    EXPECT_THAT(check(schema, "abcd").faults, ElementsAre(": must have at most 3 characters"));
}

TEST(Conform, NamesTheFieldThatACelRulePointsTo) {
    std::string const schema =
        "{type: object, properties: {connect: {type: string}}, x-kubernetes-validations: [{rule: "
        "x, message: must "
        "be longer than 0s, fieldPath: .connect}]}";
    EXPECT_THAT(check(schema, "{connect: 0s}").faults,
                ElementsAre("connect: must be longer than 0s"));
}

TEST(Conform, PutsDefaultsWhereTheyAreMissing) {
    Outcome const outcome =
        check("{type: object, properties: {a: {type: string, default: x}}}", "\n\n  {}\n");
    EXPECT_EQ(outcome.value.find("a")->at, (Position{3, 3}));
}

TEST(Conform, StopsAtTheBoundOfProblems) {
    std::string text = "[";
    for (int i = 0; i < 500; ++i)
        text += "1,";
    EXPECT_EQ(check("{type: array, items: {type: string}}", text + "1]").faults.size(), 100U);
}

}  // namespace
}  // namespace holdfast::controller
