// Goal: bytes come out of a backlog in the order they went in, and its memory goes back.
#include "dataplane/relay/backlog.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::relay {
namespace {

Bytes bytes(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
std::string text(Bytes b) { return {b.begin(), b.end()}; }

struct BacklogTest : testing::Test {
    ~BacklogTest() override {
        backlog.clear(pool);
        EXPECT_EQ(pool.bytes_out(), 0u);
    }
    BlockPool pool;
    Backlog backlog;
    std::vector<std::uint8_t> scratch = std::vector<std::uint8_t>(1 << 17);
};

TEST_F(BacklogTest, OwnsNothingWhileEmpty) {
    EXPECT_FALSE(backlog.has_unsent());
    EXPECT_FALSE(backlog.has_held());
    EXPECT_EQ(pool.bytes_out(), 0u);
}

TEST_F(BacklogTest, KeepsUnsentBytesInOrderAndGivesTheBlockBackWhenTheyAreGone) {
    backlog.append_unsent(pool, bytes("abc"));
    backlog.append_unsent(pool, bytes("def"));
    backlog.consume_unsent(pool, 2);
    EXPECT_EQ(text(backlog.unsent()), "cdef");
    backlog.consume_unsent(pool, 4);
    EXPECT_EQ(pool.bytes_out(), 0u);
}

TEST_F(BacklogTest, HoldsAFrameBehindWhatIsUnsent) {
    backlog.append_unsent(pool, bytes("sent"));
    backlog.hold(pool, bytes("held"));
    EXPECT_EQ(text(backlog.unsent()), "sent");
    backlog.consume_unsent(pool, 4);
    EXPECT_EQ(backlog.take_held(pool, scratch), 4u);
    EXPECT_EQ(text(Bytes(scratch).first(4)), "held");
    EXPECT_EQ(pool.bytes_out(), 0u);
}

TEST_F(BacklogTest, DropsWhatIsHeldAndKeepsWhatIsUnsent) {
    backlog.append_unsent(pool, bytes("sent"));
    backlog.hold(pool, bytes("held"));
    EXPECT_EQ(backlog.drop_held(pool), 4u);
    backlog.append_unsent(pool, bytes("+close"));
    EXPECT_EQ(text(backlog.unsent()), "sent+close");
}

TEST_F(BacklogTest, GrowsThroughEverySizeOfBlock) {
    std::string all;
    for (int i = 0; i < 200; ++i) {
        std::string const piece(997, static_cast<char>('a' + i % 26));
        backlog.append_unsent(pool, bytes(piece));
        all += piece;
    }
    EXPECT_EQ(text(backlog.unsent()), all);
}

TEST(BlockPool, KeepsNoMoreThanItsBoundAfterABurst) {
    BlockPool pool;
    std::vector<Block*> blocks;
    for (int i = 0; i < 100; ++i)
        blocks.push_back(pool.acquire(64 * 1024));
    for (auto* block : blocks)
        pool.release(block);
    EXPECT_EQ(pool.bytes_out(), 0u);
    auto* const again = pool.acquire(64 * 1024);
    EXPECT_EQ(again->begin, 0u);
    pool.release(again);
}

}  // namespace
}  // namespace holdfast::relay
