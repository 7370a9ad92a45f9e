// Goal: what workers count is what a scrape reads. Method: cells used as a worker uses them.
#include "dataplane/telemetry/cells.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace holdfast::telemetry {
namespace {

using namespace std::chrono_literals;

CloseLabels close_with(std::uint16_t code) {
    return {.route = "default/chat",
            .side = Side::client,
            .code = code,
            .reason = Reason::client_close};
}

HistogramCell::Totals observed(std::chrono::nanoseconds value) {
    HistogramCell cell;
    cell.observe(value);
    HistogramCell::Totals totals;
    cell.add_to(totals);
    return totals;
}

TEST(HistogramCell, PutsAValueOnABoundIntoThatBoundsBucket) {
    EXPECT_EQ(observed(5ms).buckets[2], 1u);
    EXPECT_EQ(observed(5ms + 1ns).buckets[3], 1u);
}

TEST(HistogramCell, PutsWhatIsAboveTheLastBoundIntoTheLastBucket) {
    EXPECT_EQ(observed(10min).buckets.back(), 1u);
}

TEST(HistogramCell, SumsNanoseconds) { EXPECT_EQ(observed(1500us).nanoseconds, 1'500'000u); }

TEST(HistogramCell, AddsToWhatOtherWorkersCounted) {
    HistogramCell cell;
    cell.observe(2s);
    HistogramCell::Totals totals;
    cell.add_to(totals);
    cell.add_to(totals);
    EXPECT_EQ(totals.buckets[10], 2u);
    EXPECT_EQ(totals.nanoseconds, 4'000'000'000u);
}

TEST(CloseCodeClass, KeepsProtocolCodesAndJoinsTheOthers) {
    EXPECT_EQ(close_code_class(0), 0);
    EXPECT_EQ(close_code_class(1000), 1000);
    EXPECT_EQ(close_code_class(1015), 1015);
    EXPECT_EQ(close_code_class(1016), kCloseCodeOther);
    EXPECT_EQ(close_code_class(2999), kCloseCodeOther);
    EXPECT_EQ(close_code_class(3000), kCloseCode3xxx);
    EXPECT_EQ(close_code_class(4999), kCloseCode4xxx);
    EXPECT_EQ(close_code_class(5000), kCloseCodeOther);
}

TEST(WorkerCells, HandsOutTheSameCellsForTheSameRouteOnTheSameListener) {
    WorkerCells cells;
    RouteCells& first = cells.route("ws", "default/chat");
    EXPECT_EQ(&cells.route("ws", "default/chat"), &first);
    EXPECT_NE(&cells.route("wss", "default/chat"), &first);
    EXPECT_NE(&cells.route("ws", "default/feed"), &first);
    EXPECT_EQ(first.listener, "ws");
    EXPECT_EQ(first.route, "default/chat");
}

TEST(WorkerCells, CountsClosesByTheClassOfTheirCode) {
    WorkerCells cells;
    cells.count_close(close_with(4001), 1s);
    cells.count_close(close_with(4999), 1s);
    WorkerCells::Counts counts;
    cells.collect(counts, [](RouteCells const&) {});
    ASSERT_EQ(counts.closes.size(), 1u);
    EXPECT_EQ(counts.closes.at(close_with(kCloseCode4xxx)), 2u);
}

TEST(WorkerCells, AddsUpOverWorkers) {
    std::array<WorkerCells, 2> workers;
    WorkerCells::Counts counts;
    std::uint64_t sessions = 0;
    for (WorkerCells& worker : workers) {
        worker.route("ws", "default/chat").sessions_active.add(3);
        worker.route("ws", "default/chat").upgrades.add();
        worker.count_upgrade({.route = "default/chat", .status = 404, .reason = "no_route"});
        worker.count_connect_error("refused");
        worker.count_close(close_with(1000), 20s);
        worker.collect(counts,
                       [&](RouteCells const& cells) { sessions += cells.sessions_active.get(); });
    }
    EXPECT_EQ(sessions, 6u);
    EXPECT_EQ(counts.upgrades.at({.route = "default/chat", .status = 101, .reason = ""}), 2u);
    EXPECT_EQ(counts.upgrades.at({.route = "default/chat", .status = 404, .reason = "no_route"}),
              2u);
    EXPECT_EQ(counts.connect_errors.at("refused"), 2u);
    EXPECT_EQ(counts.session_duration.buckets.back(), 2u);
}

TEST(WorkerCells, AreNotHeldUpByWhoeverReadsThem) {
    WorkerCells cells;
    cells.route("ws", "default/chat").messages[0].add();
    WorkerCells::Counts counts;
    // A worker that had to wait for the visit would wait here for ever.
    cells.collect(counts, [&](RouteCells const&) {
        std::thread([&] { cells.count_connect_error("refused"); }).join();
    });
    cells.collect(counts, [](RouteCells const&) {});
    EXPECT_EQ(counts.connect_errors.at("refused"), 1u);
}

TEST(WorkerCells, AreReadWhileTheWorkerCounts) {
    constexpr int kCloses = 2000;
    WorkerCells cells;
    std::thread worker([&] {
        for (int i = 0; i < kCloses; ++i) {
            cells.route("ws", "default/" + std::to_string(i % 7)).messages[0].add();
            cells.count_close(close_with(1000), 1ms);
        }
    });
    std::uint64_t closes = 0;
    while (closes < kCloses) {
        WorkerCells::Counts counts;
        cells.collect(counts, [](RouteCells const&) {});
        std::uint64_t const now = counts.closes[close_with(1000)];
        ASSERT_GE(now, closes);
        closes = now;
    }
    worker.join();
}

}  // namespace
}  // namespace holdfast::telemetry
