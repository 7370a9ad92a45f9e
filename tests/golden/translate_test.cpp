// Goal: what translate makes of manifests, whole. Method: every case is a manifest beside the
// tables and statuses that it must give; HOLDFAST_UPDATE=1 writes these anew, for review as a diff.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "common/base/pretty_json.hpp"
#include "common/model/validate.hpp"
#include "controller/translate/translate.hpp"
#include "tests/golden/cases.hpp"
#include "tests/golden/render.hpp"

namespace holdfast {
namespace {

std::filesystem::path const kCases = HOLDFAST_SOURCE_DIR "/tests/golden/translate";

class GoldenTranslate : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] controller::Translation translate_case() const {
        std::string const file = GetParam() + ".in.yaml";
        auto const objects = test::decode(file, test::read_file(kCases / file));
        return controller::translate(*test::snapshot_of(objects));
    }
};

TEST_P(GoldenTranslate, GivesWhatIsWrittenDown) {
    std::string const actual = pretty(test::render(translate_case()));
    auto const expected_file = kCases / (GetParam() + ".out.json");

    if (std::getenv("HOLDFAST_UPDATE") != nullptr) {
        std::ofstream(expected_file, std::ios::binary) << actual;
    }

    EXPECT_EQ(actual, test::read_file(expected_file));
}

TEST_P(GoldenTranslate, GivesTablesThatADataPlaneAccepts) {
    for (auto const& [gateway, table] : translate_case().tables) {
        EXPECT_THAT(model::validate(table), testing::IsEmpty()) << gateway;
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTranslate, testing::ValuesIn(test::case_names(kCases)),
                         [](auto const& test_case) { return test_case.param; });

}  // namespace

void PrintTo(Problem const& problem, std::ostream* out) { *out << to_string(problem); }

}  // namespace holdfast
