// Goal: every wrong type is told with object and field. Method: one text per field, and one with
// several faults at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "common/model/table_json.hpp"
#include "tests/support/problem_printer.hpp"

namespace holdfast::model {
namespace {

using testing::ElementsAre;

std::vector<Problem> problems_of(std::string_view text) {
    auto const table = table_from_json(boost::json::parse(text));
    return table.has_error() ? table.error() : std::vector<Problem>{};
}

/// A route with `rule` as its only rule's JSON.
std::string with_rule(std::string_view rule) {
    return R"({"routes":{"a/b":{"rules":[)" + std::string(rule) + "]}}}";
}

struct Fault {
    std::string json;
    Problem problem;
};

void PrintTo(Fault const& fault, std::ostream* out) { *out << fault.json; }

class TableJsonFault : public testing::TestWithParam<Fault> {};

TEST_P(TableJsonFault, IsToldWithObjectAndField) {
    EXPECT_THAT(problems_of(GetParam().json), ElementsAre(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TableJsonFault,
    testing::Values(
        Fault{"[]", {"Table", "", "expected an object, got a list"}},
        Fault{R"({"gateway":1})", {"Table", "gateway", "expected a string, got an integer"}},
        Fault{R"({"routes":[]})", {"Table", "routes", "expected an object, got a list"}},
        Fault{R"({"routes":{"a/b":null}})", {"Route a/b", "", "expected an object, got null"}},
        Fault{R"({"listeners":{"l":{"name":true}}})",
              {"Listener l", "name", "expected a string, got a boolean"}},
        Fault{R"({"listeners":{"l":{"port":65536}}})",
              {"Listener l", "port", "expected an integer from 0 to 65535, got an integer"}},
        Fault{R"({"listeners":{"l":{"port":-1}}})",
              {"Listener l", "port", "expected an integer from 0 to 65535, got an integer"}},
        Fault{R"({"listeners":{"l":{"port":80.0}}})",
              {"Listener l", "port", "expected an integer from 0 to 65535, got a fraction"}},
        Fault{R"({"listeners":{"l":{"port":"80"}}})",
              {"Listener l", "port", "expected an integer from 0 to 65535, got a string"}},
        Fault{R"({"listeners":{"l":{"protocol":"tls"}}})",
              {"Listener l", "protocol", "unknown value \"tls\", known are http, https"}},
        Fault{R"({"listeners":{"l":{"protocol":1}}})",
              {"Listener l", "protocol", "expected a string, got an integer"}},
        Fault{R"({"listeners":{"l":{"certificates":["a",2]}}})",
              {"Listener l", "certificates[1]", "expected a string, got an integer"}},
        Fault{R"({"certificates":{"a/b":{"keyPem":[]}}})",
              {"Certificate a/b", "keyPem", "expected a string, got a list"}},
        Fault{R"({"backends":{"a/b:1":{"endpoints":{}}}})",
              {"Backend a/b:1", "endpoints", "expected a list, got an object"}},
        Fault{R"({"backends":{"a/b:1":{"endpoints":[{"state":"gone"}]}}})",
              {"Backend a/b:1", "endpoints[0].state",
               "unknown value \"gone\", known are ready, serving"}},
        Fault{R"({"routes":{"a/b":{"generation":9223372036854775808}}})",
              {"Route a/b", "generation",
               "expected an integer from -9223372036854775808 to 9223372036854775807, got an "
               "integer"}},
        Fault{R"({"routes":{"a/b":{"attachments":[{"hostnames":[{}]}]}}})",
              {"Route a/b", "attachments[0].hostnames[0]", "expected a string, got an object"}}));

INSTANTIATE_TEST_SUITE_P(
    Rule, TableJsonFault,
    testing::Values(
        Fault{with_rule("1"), {"Route a/b", "rules[0]", "expected an object, got an integer"}},
        Fault{with_rule(R"({"matches":[{},{"path":{"value":7}}]})"),
              {"Route a/b", "rules[0].matches[1].path.value", "expected a string, got an integer"}},
        Fault{with_rule(R"({"matches":[{"path":{"type":"regex"}}]})"),
              {"Route a/b", "rules[0].matches[0].path.type",
               "unknown value \"regex\", known are exact, prefix"}},
        Fault{with_rule(R"({"matches":[{"headers":[{"value":1}]}]})"),
              {"Route a/b", "rules[0].matches[0].headers[0].value",
               "expected a string, got an integer"}},
        Fault{with_rule(R"({"backends":[{"valid":"yes"}]})"),
              {"Route a/b", "rules[0].backends[0].valid", "expected a boolean, got a string"}},
        Fault{with_rule(R"({"backends":[{"weight":4294967296}]})"),
              {"Route a/b", "rules[0].backends[0].weight",
               "expected an integer from 0 to 4294967295, got an integer"}},
        Fault{with_rule(R"({"replacePrefix":null})"),
              {"Route a/b", "rules[0].replacePrefix", "expected a string, got null"}},
        Fault{with_rule(R"({"timeouts":{"idle":"1h"}})"),
              {"Route a/b", "rules[0].timeouts.idle",
               "expected an integer from -9223372036854775808 to 9223372036854775807, got a "
               "string"}},
        Fault{with_rule(R"({"onChange":"restart"})"),
              {"Route a/b", "rules[0].onChange",
               "unknown value \"restart\", known are keep, drain, close"}}));

TEST(TableJsonFaults, AreAllToldAtOnce) {
    EXPECT_THAT(problems_of(R"({"gateway":1,"listeners":{"l":{"name":1,"port":"x"}},"routes":[]})"),
                ElementsAre(Problem{"Table", "gateway", "expected a string, got an integer"},
                            Problem{"Listener l", "name", "expected a string, got an integer"},
                            Problem{"Listener l", "port",
                                    "expected an integer from 0 to 65535, got a string"},
                            Problem{"Table", "routes", "expected an object, got a list"}));
}

TEST(TableJsonFaults, CutOffLongValues) {
    auto const problems =
        problems_of(R"({"listeners":{"l":{"protocol":")" + std::string(100'000, 'x') + R"("}}})");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_LT(problems[0].message.size(), 200u);
}

}  // namespace
}  // namespace holdfast::model
