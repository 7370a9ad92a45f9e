// Goal: a scrape shows the sums of all workers under the names of kMetrics.
// Method: two workers' cells counted by hand, and the text that Prometheus would read.
#include "dataplane/telemetry/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "dataplane/telemetry/metrics.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class LosingLog final : public AccessLog {
public:
    void write(AccessRecord const&) override {}
    [[nodiscard]] std::uint64_t lines_dropped() const noexcept override { return 5; }
};

class ExporterTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string scrape() const { return exporter_.to_text(); }

    std::array<WorkerCells, 2> workers_;
    LosingLog log_;
    ControlFacts facts_;
    Exporter exporter_{{&workers_[0], &workers_[1]}, log_, [this] { return facts_; }};
};

TEST_F(ExporterTest, HasAFamilyForEveryRowInItsOrder) {
    auto const families = exporter_.Collect();
    ASSERT_EQ(families.size(), kMetrics.size());
    for (std::size_t i = 0; i < families.size(); ++i) {
        EXPECT_EQ(families[i].name, kMetrics[i].name);
        EXPECT_EQ(families[i].help, kMetrics[i].help);
    }
}

TEST_F(ExporterTest, SumsCellsOverWorkers) {
    for (WorkerCells& worker : workers_) {
        worker.connections_accepted.add(2);
        RouteCells& route = worker.route("ws", "default/chat");
        route.sessions_active.add(4);
        route.messages[0].add(10);
        route.bytes[1].add(100);
        route.bytes_discarded.add(1);
        route.upgrades.add(3);
        worker.route("wss", "default/chat").upgrades.add();
    }
    std::string const text = scrape();
    EXPECT_THAT(text, HasSubstr("holdfast_connections_total 4\n"));
    // A route's handshakes, whatever listener they came by.
    EXPECT_THAT(
        text,
        HasSubstr("holdfast_upgrades_total{route=\"default/chat\",code=\"101\",reason=\"\"} 8\n"));
    EXPECT_THAT(
        text, HasSubstr("holdfast_connections_active{listener=\"ws\",route=\"default/chat\"} 8\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_messages_total{listener=\"ws\",route=\"default/chat\","
                                "direction=\"client_to_backend\"} 20\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_message_bytes_total{listener=\"ws\","
                                "route=\"default/chat\",direction=\"backend_to_client\"} 200\n"));
    EXPECT_THAT(
        text,
        HasSubstr("holdfast_discarded_bytes_total{listener=\"ws\",route=\"default/chat\"} 2\n"));
}

TEST_F(ExporterTest, NamesHowHandshakesAndSessionsEnded) {
    workers_[0].count_upgrade({.route = "", .status = 404, .reason = "no_route"});
    workers_[1].count_close(
        {.route = "default/chat", .side = Side::gateway, .code = 1012, .reason = Reason::drain},
        3s);
    std::string const text = scrape();
    EXPECT_THAT(
        text,
        HasSubstr("holdfast_upgrades_total{route=\"\",code=\"404\",reason=\"no_route\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_closes_total{route=\"default/chat\",side=\"gateway\","
                                "code=\"1012\",reason=\"drain\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_connection_duration_seconds_bucket{le=\"5\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_connection_duration_seconds_bucket{le=\"2.5\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_connection_duration_seconds_sum 3\n"));
}

TEST_F(ExporterTest, CountsRemainingConnectionsOnlyWhileDraining) {
    workers_[0].route("ws", "default/chat").sessions_active.add(7);
    EXPECT_THAT(scrape(), HasSubstr("holdfast_drain_remaining_connections 0\n"));
    facts_.draining = true;
    EXPECT_THAT(scrape(), HasSubstr("holdfast_drain_remaining_connections 7\n"));
    EXPECT_THAT(scrape(), HasSubstr("holdfast_draining 1\n"));
}

TEST_F(ExporterTest, ShowsNoConfigurationBeforeTheFirstTable) {
    std::string const text = scrape();
    EXPECT_THAT(text, Not(HasSubstr("holdfast_config_version_info{")));
    EXPECT_THAT(text, HasSubstr("holdfast_config_source{source=\"controller\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_config_source{source=\"disk\"} 0\n"));
}

TEST_F(ExporterTest, ShowsTheTableInForceAndItsCertificates) {
    facts_.config_hash = "ab12";
    facts_.config_source = "disk";
    facts_.config_applied = WallClock::time_point(1'500'000'000s);
    facts_.configs_accepted = 3;
    facts_.configs_rejected = 1;
    facts_.certificates = {{"default/tls", WallClock::time_point(2'000'000'000s)}};
    std::string const text = scrape();
    EXPECT_THAT(text, HasSubstr("holdfast_config_version_info{hash=\"ab12\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_config_source{source=\"disk\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_config_apply_total{result=\"rejected\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_config_last_applied_timestamp_seconds 1500000000\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_certificate_expiry_timestamp_seconds{"
                                "certificate=\"default/tls\"} 2000000000\n"));
}

TEST_F(ExporterTest, CountsLostAccessLogLines) {
    EXPECT_THAT(scrape(), HasSubstr("holdfast_access_log_dropped_total 5\n"));
}

TEST(CloseCodeLabel, CallsAnEndWithoutACloseFrame1006) { EXPECT_EQ(close_code_label(0), "1006"); }

TEST(CloseCodeLabel, HasAFixedSetOfValues) {
    EXPECT_EQ(close_code_label(1012), "1012");
    EXPECT_EQ(close_code_label(close_code_class(3456)), "3xxx");
    EXPECT_EQ(close_code_label(close_code_class(4000)), "4xxx");
    EXPECT_EQ(close_code_label(close_code_class(65535)), "other");
}

/// What `promtool check metrics` prints; it is among the toolchain's packages.
TEST_F(ExporterTest, SatisfiesPromtool) {
    workers_[0].route("ws", "default/chat").sessions_active.add();
    workers_[0].route("ws", "default/chat").upgrades.add();
    workers_[0].count_connect_error("refused");
    facts_.config_hash = "ab12";
    facts_.certificates = {{"default/tls", WallClock::now()}};
    test::TemporaryDirectory const folder;
    auto const file = folder / "scrape.txt";
    std::ofstream(file) << scrape();
    std::string const command = "if command -v promtool >/dev/null; then promtool check metrics <" +
                                file.string() + " 2>&1; fi";
    std::string output;
    FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
        output += static_cast<char>(c);
    }
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_EQ(output, "");
}

}  // namespace
}  // namespace holdfast::telemetry
