// Goal: events come out whole, however the network cut them. Method: one stream, every cut.
#include "controller/kube/watch_parser.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

std::string const kStream = R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})"
                            "\n"
                            R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}})"
                            "\n"
                            R"({"type":"ERROR","object":{"code":410}})"
                            "\n";

TEST(WatchParser, FindsTheSameEventsWhateverTheCut) {
    for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
        WatchParser parser;
        auto events = parser.feed(std::string_view(kStream).substr(0, cut)).events;
        auto const rest = parser.feed(std::string_view(kStream).substr(cut)).events;
        events.insert(events.end(), rest.begin(), rest.end());
        ASSERT_EQ(events.size(), 3u) << "cut at " << cut;
        EXPECT_EQ(events[0].type, WatchEvent::Type::added);
        EXPECT_EQ(events[1].type, WatchEvent::Type::bookmark);
        EXPECT_EQ(events[2].type, WatchEvent::Type::error);
    }
}

TEST(WatchParser, KeepsBackALineWithoutItsEnd) {
    WatchParser parser;
    EXPECT_TRUE(parser.feed(R"({"type":"ADDED","object":{}})").events.empty());
}

TEST(WatchParser, SkipsTypesThatItDoesNotKnow) {
    WatchParser parser;
    WatchPiece const piece = parser.feed("{\"type\":\"NEW\",\"object\":{}}\n");
    EXPECT_TRUE(piece.events.empty());
    EXPECT_FALSE(piece.broken);
}

TEST(WatchParser, RefusesWhatIsNoEvent) {
    for (std::string_view const line :
         {"<html>\n", "[]\n", "{}\n", "{\"type\":\"ADDED\"}\n", "{\"type\":1,\"object\":{}}\n"}) {
        WatchParser parser;
        EXPECT_TRUE(parser.feed(line).broken) << line;
    }
}

TEST(WatchParser, KeepsTheEventsBeforeALineThatIsNone) {
    WatchParser parser;
    WatchPiece const piece = parser.feed(kStream + "<html>\n" + kStream);
    EXPECT_EQ(piece.events.size(), 3u);
    EXPECT_TRUE(piece.broken);
}

TEST(WatchParser, RefusesALineWithoutEnd) {
    WatchParser parser;
    std::string const piece(1024 * 1024, 'x');
    for (std::size_t sent = 0; sent + piece.size() <= limits::watch_line_bytes_max;
         sent += piece.size()) {
        ASSERT_FALSE(parser.feed(piece).broken);
    }
    EXPECT_TRUE(parser.feed(piece).broken);
}

}  // namespace
}  // namespace holdfast::controller::kube
