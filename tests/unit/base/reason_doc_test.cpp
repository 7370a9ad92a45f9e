// Goal: docs/refusals.md and docs/closing.md tell of every reason what the code does.
// Method: the rows of their sections "Reasons" against kReasons, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "common/base/reason.hpp"

namespace holdfast {
namespace {

/// The leading cells of each row, as they are written.
std::vector<std::string> documented(std::string const& page, std::size_t cells) {
    std::ifstream file(HOLDFAST_SOURCE_DIR "/docs/" + page);
    std::vector<std::string> rows;
    bool ours = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) ours = line == "## Reasons";
        if (!ours || !line.starts_with("| `")) continue;
        std::size_t end = 0;
        for (std::size_t cell = 0; cell < cells; ++cell)
            end = line.find('|', end + 1);
        rows.push_back(line.substr(0, end));
    }
    return rows;
}

bool ends_a_session(Reason reason) { return reason >= Reason::client_close; }

std::string status_of(ReasonInfo const& row) {
    if (row.reason == Reason::upstream_rejected) return "the backend's";
    return row.http_status == 0 ? "none" : std::to_string(row.http_status);
}

TEST(RefusalsDocument, HasEveryRefusalWithItsStatusItsSideAndItsText) {
    std::vector<std::string> expected;
    for (auto const& row : kReasons) {
        if (ends_a_session(row.reason) && row.http_status == 0) continue;
        expected.push_back("| `" + std::string(row.name) + "` | " + status_of(row) + " | " +
                           std::string(to_string(row.side)) + " | " + std::string(row.text) + " ");
    }
    EXPECT_THAT(documented("refusals.md", 4), testing::ElementsAreArray(expected));
}

TEST(ClosingDocument, HasEveryEndOfASessionWithItsSide) {
    std::vector<std::string> expected;
    for (auto const& row : kReasons) {
        if (!ends_a_session(row.reason)) continue;
        expected.push_back("| `" + std::string(row.name) + "` | " +
                           std::string(to_string(row.side)) + " ");
    }
    EXPECT_THAT(documented("closing.md", 2), testing::ElementsAreArray(expected));
}

}  // namespace
}  // namespace holdfast
