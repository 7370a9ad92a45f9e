// Goal: docs/metrics.md and the code name the same metrics.
// Method: the rows of the section "Data plane" against kMetrics, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "dataplane/telemetry/metrics.hpp"

namespace holdfast::telemetry {
namespace {

std::string row_of(MetricInfo const& info) {
    std::string labels;
    for (char const c : info.labels) {
        labels += c == ',' ? std::string(", ") : std::string(1, c);
    }
    return "| `" + std::string(info.name) + "` | " + std::string(to_string(info.kind)) + " | " +
           labels + " | " + std::string(info.help) + " |";
}

std::vector<std::string> documented_rows() {
    std::ifstream file(HOLDFAST_SOURCE_DIR "/docs/metrics.md");
    std::vector<std::string> rows;
    bool ours = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) {
            ours = line == "## Data plane";
        } else if (ours && line.starts_with("| `")) {
            rows.push_back(line);
        }
    }
    return rows;
}

TEST(MetricsDocument, HasTheRowsOfTheCodeInTheirOrder) {
    std::vector<std::string> expected;
    for (MetricInfo const& info : kMetrics) {
        expected.push_back(row_of(info));
    }
    EXPECT_THAT(documented_rows(), ::testing::ElementsAreArray(expected));
}

}  // namespace
}  // namespace holdfast::telemetry
