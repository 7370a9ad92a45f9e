// Goal: both programs read each other's frames, and no text breaks them. Method: frames by hand,
// written out where the bytes are the contract, and damaged ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "common/base/limits.hpp"
#include "common/model/table_json.hpp"
#include "common/push/frames.hpp"
#include "tests/support/problem_printer.hpp"
#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::push {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What `frame` reads as at the other end.
template <class Frame>
Frame at_controller(Frame const& frame) {
    return std::get<Frame>(*decode_to_controller(encode(ToController(frame))).value());
}
template <class Frame>
Frame at_dataplane(Frame const& frame) {
    return std::get<Frame>(*decode_to_dataplane(encode(ToDataplane(frame))).value());
}

std::vector<Problem> problems_at_controller(std::string_view text) {
    auto const decoded = decode_to_controller(text);
    return decoded.has_error() ? decoded.error() : std::vector<Problem>{};
}
std::vector<Problem> problems_at_dataplane(std::string_view text) {
    auto const decoded = decode_to_dataplane(text);
    return decoded.has_error() ? decoded.error() : std::vector<Problem>{};
}

TEST(Frames, CarryAHello) {
    Hello const sent{7, {"delta"}, "edge-1", "default/edge", "0.1.0", true, "abc"};
    Hello const received = at_controller(sent);
    EXPECT_EQ(received.protocol, 7);
    EXPECT_THAT(received.features, ElementsAre("delta"));
    EXPECT_EQ(received.node, "edge-1");
    EXPECT_EQ(received.gateway, "default/edge");
    EXPECT_EQ(received.build, "0.1.0");
    EXPECT_TRUE(received.subscribe);
    EXPECT_EQ(received.have, "abc");
}

TEST(Frames, CarryASubscribe) { EXPECT_EQ(at_controller(Subscribe{"abc"}).have, "abc"); }

TEST(Frames, CarryAnAck) {
    Ack const received = at_controller(Ack{std::numeric_limits<std::uint64_t>::max(), "abc"});
    EXPECT_EQ(received.nonce, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(received.hash, "abc");
}

TEST(Frames, CarryANack) {
    std::vector<Problem> const problems{{"Route a/b", "rules[0].name", "must be a \"name\"\n"}};
    Nack const received = at_controller(Nack{3, "abc", problems});
    EXPECT_EQ(received.nonce, 3u);
    EXPECT_EQ(received.hash, "abc");
    EXPECT_EQ(received.problems, problems);
}

TEST(Frames, CarryASame) { EXPECT_EQ(at_dataplane(Same{"abc"}).hash, "abc"); }

TEST(Frames, CarryAGoAway) { static_cast<void>(at_dataplane(GoAway{})); }

TEST(Frames, CarryAnyTableInASnapshot) {
    test::Random random(test::seed());
    for (int round = 0; round < 50; ++round) {
        model::Table const table = test::random_table(random);
        Snapshot const sent{9, {"abc", {{"gateways", 4}}}, model::to_json(table)};
        Snapshot const received = at_dataplane(sent);
        ASSERT_EQ(received.nonce, 9u);
        ASSERT_EQ(received.version, sent.version);
        auto const read = model::table_from_json(received.table);
        ASSERT_TRUE(read.has_value());
        ASSERT_TRUE(equal(*read, table));
    }
}

TEST(Frames, CarryAnyDelta) {
    test::Random random(test::seed());
    for (int round = 0; round < 50; ++round) {
        model::Table const from = test::random_table(random);
        model::Table const to = test::random_change(from, random);
        DeltaFrame const sent{9, "base", {"abc", {}}, model::difference(from, to)};
        DeltaFrame const received = at_dataplane(sent);
        ASSERT_EQ(received.base, "base");
        ASSERT_EQ(received.version, sent.version);
        auto const applied = model::apply(from, received.delta);
        ASSERT_TRUE(applied.has_value());
        ASSERT_TRUE(equal(*applied, to));
    }
}

TEST(Frames, AreObjectsWithTheFramesNameAsTheirOnlyKey) {
    EXPECT_EQ(encode(ToController(Ack{1, "abc"})), R"({"ack":{"nonce":1,"hash":"abc"}})");
    EXPECT_EQ(encode(ToController(Subscribe{""})), R"({"subscribe":{"have":""}})");
    EXPECT_EQ(encode(ToDataplane(Same{"abc"})), R"({"same":{"hash":"abc"}})");
    EXPECT_EQ(encode(ToDataplane(GoAway{})), R"({"goaway":{}})");
    EXPECT_EQ(encode(ToDataplane(Snapshot{2, {"abc", {{"secrets", 5}}}, {}})),
              R"({"snapshot":{"nonce":2,"version":{"hash":"abc","sources":{"secrets":5}},)"
              R"("table":{}}})");
}

TEST(Decoding, IsNothingForFramesOfANewerPeer) {
    EXPECT_EQ(decode_to_controller(R"({"telemetry":{"sessions":1}})").value(), std::nullopt);
    EXPECT_FALSE(decode_to_dataplane(R"({"revoke":[1]})").value().has_value());
}

TEST(Decoding, IsNothingForFramesOfTheOtherDirection) {
    EXPECT_FALSE(decode_to_controller(R"({"same":{"hash":"a"}})").value().has_value());
    EXPECT_FALSE(decode_to_dataplane(R"({"ack":{"nonce":1,"hash":"a"}})").value().has_value());
}

TEST(Decoding, IgnoresUnknownFields) {
    auto const decoded = decode_to_controller(R"({"ack":{"hash":"a","later":[{}],"nonce":1}})");
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(std::get<Ack>(**decoded).nonce, 1u);
}

TEST(Decoding, KeepsDefaultsOfFieldsThatMayBeMissing) {
    auto const decoded =
        decode_to_controller(R"({"hello":{"protocol":1,"node":"n","gateway":"a/b"}})");
    ASSERT_TRUE(decoded.has_value());
    Hello const& hello = std::get<Hello>(**decoded);
    EXPECT_FALSE(hello.subscribe);
    EXPECT_TRUE(hello.features.empty());
    EXPECT_TRUE(hello.have.empty());
}

TEST(Decoding, ReportsTextThatIsNoFrame) {
    for (char const* text :
         {"", " ", "null", "1", "[]", "\"hello\"", "{}", "{", "{\"ack\":{}",
          R"({"ack":{"nonce":1,"hash":""},"same":{}})", "{\"goaway\":{}} x", "{\"\xff\":{}}"}) {
        auto const problems = problems_at_dataplane(text);
        ASSERT_EQ(problems.size(), 1u) << text;
        EXPECT_EQ(problems[0].object, "Frame") << text;
    }
}

TEST(Decoding, ReportsNestingBeyondTheLimit) {
    std::string const open(limits::push_depth_max + 1, '[');
    std::string const close(limits::push_depth_max + 1, ']');
    EXPECT_THAT(problems_at_dataplane(R"({"unknown":)" + open + close + "}"),
                ElementsAre(testing::Field(&Problem::message, HasSubstr("not JSON"))));
    EXPECT_EQ(problems_at_dataplane(std::string(10'000'000, '[')).size(), 1u);
}

TEST(Decoding, ReportsWrongTypesWithTheirFields) {
    EXPECT_THAT(
        problems_at_controller(
            R"({"hello":{"protocol":"1","features":[1],"node":2,"gateway":"a/b","subscribe":0}})"),
        ElementsAre(Problem{"Frame hello", "protocol",
                            "expected an integer from -2147483648 to 2147483647, got a string"},
                    Problem{"Frame hello", "features[0]", "expected a string, got an integer"},
                    Problem{"Frame hello", "node", "expected a string, got an integer"},
                    Problem{"Frame hello", "subscribe", "expected a boolean, got an integer"}));
    EXPECT_THAT(
        problems_at_controller(R"({"nack":{"nonce":-1,"problems":[{"field":0}]}})"),
        ElementsAre(
            Problem{"Frame nack", "nonce",
                    "expected an integer from 0 to 18446744073709551615, got an integer"},
            Problem{"Frame nack", "problems[0].field", "expected a string, got an integer"}));
    EXPECT_THAT(
        problems_at_dataplane(
            R"({"snapshot":{"nonce":1,"version":{"hash":1,"sources":{"a":-1}},"table":[]}})"),
        ElementsAre(Problem{"Frame snapshot", "version.hash", "expected a string, got an integer"},
                    Problem{"Frame snapshot", "version.sources.a",
                            "expected an integer from 0 to 18446744073709551615, got an integer"},
                    Problem{"Frame snapshot", "table", "expected an object, got a list"}));
    EXPECT_THAT(problems_at_dataplane(R"({"goaway":1})"),
                ElementsAre(Problem{"Frame goaway", "", "expected an object, got an integer"}));
}

TEST(Decoding, ReportsWhatIsMissing) {
    EXPECT_THAT(problems_at_dataplane(R"({"delta":{}})"),
                ElementsAre(Problem{"Frame delta", "nonce", "is missing"},
                            Problem{"Frame delta", "base", "is missing"},
                            Problem{"Frame delta", "version", "is missing"}));
    EXPECT_THAT(problems_at_controller(R"({"hello":{}})"),
                ElementsAre(Problem{"Frame hello", "protocol", "is missing"},
                            Problem{"Frame hello", "node", "is missing"},
                            Problem{"Frame hello", "gateway", "is missing"}));
}

}  // namespace
}  // namespace holdfast::push
