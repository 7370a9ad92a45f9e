// Goal: what the CRD admits, a table takes. Method: texts as long as the CRD's maxLength, of the
// longest characters that it lets in, held against validate_rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/model/validate_parts.hpp"
#include "controller/source/embedded.hpp"
#include "controller/source/fields.hpp"
#include "controller/source/kinds.hpp"
#include "controller/source/yaml_reader.hpp"
#include "tests/support/problem_printer.hpp"

namespace holdfast::controller {
namespace {

/// The CRD's maxLength of a field of a match, such as `{"headers", "value"}`.
std::size_t length_max(std::string_view list, std::string_view field) {
    static Value const crd =
        read_yaml(embedded_file("holdfast.dev_websocketroutes.yaml")).front().root;
    Value const* schema = &crd_schema(crd);
    for (std::string_view const step : {"spec", "rules", "matches"}) {
        schema = &map_field(map_field(*schema, "properties"), step);
        if (step != "spec") schema = &map_field(*schema, "items");
    }
    schema = &map_field(map_field(*schema, "properties"), list);
    if (schema->find("items") != nullptr) schema = &map_field(*schema, "items");
    schema = &map_field(map_field(*schema, "properties"), field);
    return integer_field<std::size_t>(*schema, "maxLength");
}

std::string repeated(std::string_view character, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += character;
    }
    return text;
}

std::vector<Problem> judge(model::Match match) {
    model::Rule rule;
    rule.name = "0";
    rule.matches = {std::move(match)};
    std::vector<Problem> problems;
    model::Place const place("Rule", "", problems);
    model::validate_rule(rule, {}, place);
    return problems;
}

TEST(Bounds, OfATableTakeTheLongestTextsOfTheCrd) {
    model::Match match;
    match.path.value = "/" + std::string(length_max("path", "value") - 1, 'a');
    match.headers = {{std::string(length_max("headers", "name"), 'a'),
                      std::string(length_max("headers", "value"), 'a')}};
    match.query_params = {{std::string(length_max("queryParams", "name"), 'a'),
                           repeated("𝄞", length_max("queryParams", "value"))}};
    EXPECT_THAT(judge(std::move(match)), testing::IsEmpty());
}

TEST(Bounds, OfATableTakeNothingLonger) {
    model::Match match;
    match.path.value = "/" + std::string(length_max("path", "value"), 'a');
    match.headers = {{"a", std::string(length_max("headers", "value") + 1, 'a')}};
    match.query_params = {{"a", repeated("𝄞", length_max("queryParams", "value")) + 'a'}};
    EXPECT_THAT(judge(std::move(match)), testing::SizeIs(3));
}

}  // namespace
}  // namespace holdfast::controller
