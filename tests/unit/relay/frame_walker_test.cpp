// Goal: what may pass, where messages end, and what breaks framing, whatever the split.
// Method: hand-made frames; a small driver that holds back what the walker does not let pass.
#include "dataplane/relay/frame_walker.hpp"

#include <gtest/gtest.h>

#include "tests/unit/relay/frames.hpp"

namespace holdfast::relay {
namespace {

using test::ByteVector;
using test::frame;
using test::frame_of_size;
using test::join;

constexpr std::size_t kHeld = 16 * 1024;
constexpr test::FrameSpec kMasked{.masking = Masking::required};
constexpr test::FrameSpec kPing{.opcode = 0x9};
constexpr test::FrameSpec kClose{.opcode = 0x8};

/// Feeds a stream in pieces, as the tunnel does: what did not pass is shown again.
struct Feed {
    explicit Feed(FrameWalker w) : walker(w) {}

    Walk::Stop give(Bytes piece) {
        held.insert(held.end(), piece.begin(), piece.end());
        auto const walk = walker.walk(held);
        passed.insert(passed.end(), held.begin(),
                      held.begin() + static_cast<std::ptrdiff_t>(walk.passable));
        held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(walk.passable));
        messages += walk.messages;
        return walk.stop;
    }

    FrameWalker walker;
    ByteVector held;
    ByteVector passed;
    std::uint32_t messages = 0;
};

TEST(FrameWalker, PassesWholeFramesAndCountsWholeMessages) {
    auto const stream =
        join({frame({.opcode = 1}, "hello"), frame({.opcode = 2, .fin = false}, "a"),
              frame(kPing, "p"), frame({.opcode = 0}, "b")});
    FrameWalker walker(Masking::forbidden, kHeld);
    auto const walk = walker.walk(stream);
    EXPECT_EQ(walk.passable, stream.size());
    EXPECT_EQ(walk.messages, 2u);
    EXPECT_EQ(walk.message_end, stream.size());
    EXPECT_TRUE(walk.data);
    EXPECT_TRUE(walker.at_message_boundary());
}

TEST(FrameWalker, GivesTheSameResultForEverySplit) {
    auto const stream = join({frame({.opcode = 1}, "hi"), frame_of_size({}, 300),
                              frame({.opcode = 2, .fin = false}, ""), frame(kPing, "x"),
                              frame({.opcode = 0}, "end"), frame_of_size({}, 70'000)});
    for (std::size_t first = 0; first <= stream.size(); first += first < 700 ? 1 : 997) {
        SCOPED_TRACE(first);
        Feed feed(FrameWalker(Masking::forbidden, kHeld));
        EXPECT_EQ(feed.give(Bytes(stream).first(first)), Walk::Stop::more);
        EXPECT_EQ(feed.give(Bytes(stream).subspan(first)), Walk::Stop::more);
        EXPECT_EQ(feed.passed, stream);
        EXPECT_EQ(feed.messages, 4u);
    }
}

TEST(FrameWalker, GivesTheSameResultByteByByte) {
    auto const stream =
        join({frame(kMasked, "one"), frame_of_size(kMasked, 130), frame(kMasked, "")});
    Feed feed(FrameWalker(Masking::required, 131));
    for (auto const byte : stream)
        EXPECT_EQ(feed.give({&byte, 1}), Walk::Stop::more);
    EXPECT_EQ(feed.passed, stream);
    EXPECT_EQ(feed.messages, 3u);
}

TEST(FrameWalker, HoldsAnIncompleteFrameUpToTheLimit) {
    auto const small = frame_of_size({}, kHeld - 4);
    Feed feed(FrameWalker(Masking::forbidden, kHeld));
    feed.give(Bytes(small).first(small.size() - 1));
    EXPECT_TRUE(feed.passed.empty());
    EXPECT_TRUE(feed.walker.at_frame_boundary());
    feed.give(Bytes(small).last(1));
    EXPECT_EQ(feed.passed, small);
}

TEST(FrameWalker, LetsALongerFrameThroughInParts) {
    auto const large = frame_of_size({}, kHeld - 3);
    Feed feed(FrameWalker(Masking::forbidden, kHeld));
    feed.give(Bytes(large).first(10));
    EXPECT_EQ(feed.passed.size(), 10u);
    EXPECT_FALSE(feed.walker.at_frame_boundary());
    EXPECT_FALSE(feed.walker.at_message_boundary());
    feed.give(Bytes(large).subspan(10));
    EXPECT_EQ(feed.passed, large);
    EXPECT_TRUE(feed.walker.at_message_boundary());
    EXPECT_EQ(feed.messages, 1u);
}

TEST(FrameWalker, IsAtAFrameButNotAMessageBoundaryBetweenFragments) {
    FrameWalker walker(Masking::forbidden, kHeld);
    auto const stream = join({frame({}, "whole"), frame({.opcode = 1, .fin = false}, "part")});
    auto const walk = walker.walk(stream);
    EXPECT_TRUE(walker.at_frame_boundary());
    EXPECT_FALSE(walker.at_message_boundary());
    EXPECT_EQ(walk.passable, stream.size());
    EXPECT_EQ(walk.message_end, frame({}, "whole").size());
}

TEST(FrameWalker, StopsBeforeAWholeCloseFrame) {
    auto const close = frame(kClose, std::string_view("\x03\xe8", 2));
    auto const stream = join({frame({}, "x"), close, frame({}, "behind")});
    FrameWalker walker(Masking::forbidden, kHeld);
    auto const walk = walker.walk(stream);
    EXPECT_EQ(walk.stop, Walk::Stop::close);
    EXPECT_EQ(walk.passable, frame({}, "x").size());
    EXPECT_EQ(walk.frame_bytes, close.size());
}

TEST(FrameWalker, HoldsAnIncompleteControlFrameEvenWhereDataPassesInParts) {
    auto const close = frame({.opcode = 8, .masking = Masking::required}, "\x03\xe8 bye");
    Feed feed(FrameWalker(Masking::required, 131));
    for (std::size_t i = 0; i + 1 < close.size(); ++i) {
        EXPECT_EQ(feed.give(Bytes(close).subspan(i, 1)), Walk::Stop::more);
        EXPECT_TRUE(feed.passed.empty());
    }
    EXPECT_EQ(feed.give(Bytes(close).last(1)), Walk::Stop::close);
}

TEST(FrameWalker, DoesNotCountControlFramesAsData) {
    FrameWalker walker(Masking::forbidden, kHeld);
    auto const walk = walker.walk(frame(kPing, "p"));
    EXPECT_FALSE(walk.data);
    EXPECT_EQ(walk.messages, 0u);
}

struct Fault {
    char const* what;
    Masking masking;
    ByteVector bytes;
};
void PrintTo(Fault const& fault, std::ostream* out) { *out << fault.what; }

class FrameWalkerFault : public testing::TestWithParam<Fault> {};

TEST_P(FrameWalkerFault, IsFoundWhateverTheSplitAndNothingOfItPasses) {
    auto const& fault = GetParam();
    auto const good = frame({.opcode = 1, .masking = fault.masking}, "good");
    auto const stream = join({good, fault.bytes});
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        SCOPED_TRACE(cut);
        Feed feed(FrameWalker(fault.masking, kHeld));
        auto const first = feed.give(Bytes(stream).first(cut));
        auto const last =
            first == Walk::Stop::fault ? first : feed.give(Bytes(stream).subspan(cut));
        EXPECT_EQ(last, Walk::Stop::fault);
        EXPECT_EQ(feed.passed, good);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, FrameWalkerFault,
    testing::Values(Fault{"length with its top bit set",
                          Masking::forbidden,
                          {0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}},
                    Fault{"unmasked client frame", Masking::required, {0x81, 0x01, 'x'}},
                    Fault{
                        "masked backend frame", Masking::forbidden, {0x81, 0x81, 1, 2, 3, 4, 'x'}},
                    Fault{"fragmented ping", Masking::forbidden, {0x09, 0x00}},
                    Fault{"control frame of 126 bytes", Masking::forbidden, {0x89, 126, 0, 126}},
                    Fault{"fragmented close", Masking::required, {0x08, 0x80, 1, 2, 3, 4}}));

}  // namespace
}  // namespace holdfast::relay
