// Goal: how many connections there may be follows the scarcer of descriptors and memory.
// Method: tables that differ in their listeners.
#include "dataplane/serving/capacity.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/support/tables.hpp"

namespace holdfast {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

std::size_t capacity(Resources const& resources) {
    return connections_max(resources, 1, test::chat_table());
}

TEST(Capacity, LeavesDescriptorsForTheRestOfTheProcess) {
    auto const reserved =
        limits::reserved_descriptors + limits::worker_descriptors + limits::listener_descriptors;
    EXPECT_EQ(capacity({.descriptors = reserved + 2000}), 1000u);
    EXPECT_EQ(connections_max({.descriptors = reserved + 2000}, 11, test::chat_table()), 980u);
}

TEST(Capacity, IsNothingWhereDescriptorsDoNotEvenReachForTheRest) {
    EXPECT_EQ(capacity({.descriptors = 100}), 0u);
}

TEST(Capacity, LeavesAQuarterOfTheMemoryToTheRestOfTheProcess) {
    EXPECT_EQ(capacity({.memory = 256 * kMiB}), 192 * kMiB / limits::session_bytes);
}

TEST(Capacity, TakesAllSessionsForTlsWhereAListenerHasIt) {
    auto table = test::chat_table();
    auto listener = *table.listeners.at("ws");
    listener.protocol = model::ListenerProtocol::https;
    table.listeners["wss"] = std::make_shared<model::Listener const>(listener);
    EXPECT_EQ(connections_max({.memory = 256 * kMiB}, 1, table),
              192 * kMiB / limits::tls_session_bytes);
}

TEST(Capacity, FollowsTheScarcer) {
    EXPECT_EQ(capacity({.descriptors = 100'000, .memory = 1 * kMiB}), 96u);
    EXPECT_LT(capacity({.descriptors = 1024, .memory = 1024 * kMiB}), 512u);
}

}  // namespace
}  // namespace holdfast
