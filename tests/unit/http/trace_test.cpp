// Goal: ids by which logs are joined, kept where they are sound. Method: a seeded generator, so
// that new ids are the same in every run.
#include "dataplane/http/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace holdfast::http {
namespace {

using testing::MatchesRegex;

constexpr char const* kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
constexpr char const* kNewTrace = "00-[0-9a-f]{32}-[0-9a-f]{16}-00";
constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Trace trace_of(std::string_view name, std::string_view value) {
    Random random(1);
    std::array const fields{Field{name, value}};
    return trace_for(fields, random);
}

TEST(RequestId, OfTheClientIsKept) {
    EXPECT_EQ(trace_of("x-request-id", "abc/1~!").request_id, "abc/1~!");
    EXPECT_EQ(trace_of("X-Request-Id", std::string(128, 'a')).request_id, std::string(128, 'a'));
}

TEST(RequestId, IsANewUuidWhereTheClientSendsNoneOrABadOne) {
    Random random(1);
    EXPECT_THAT(trace_for({}, random).request_id, MatchesRegex(kUuid));
    for (std::string const& bad :
         {std::string(), std::string("a b"), std::string("\xc3\xa4"), std::string(129, 'a')}) {
        EXPECT_THAT(trace_of("X-Request-Id", bad).request_id, MatchesRegex(kUuid)) << bad;
    }
}

TEST(RequestId, IsNewWhereTheClientSendsTwo) {
    Random random(1);
    std::array const fields{Field{"X-Request-Id", "a"}, Field{"X-Request-Id", "b"}};
    EXPECT_THAT(trace_for(fields, random).request_id, MatchesRegex(kUuid));
}

TEST(RequestId, DiffersFromRequestToRequest) {
    Random random(1);
    EXPECT_NE(trace_for({}, random).request_id, trace_for({}, random).request_id);
}

TEST(Traceparent, KeepsTheTraceAndItsFlagsWithAParentOfOurOwn) {
    Trace const trace = trace_of("Traceparent", kParent);
    EXPECT_TRUE(trace.continued);
    EXPECT_THAT(trace.traceparent,
                MatchesRegex("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01"));
    EXPECT_NE(trace.traceparent, kParent);
}

TEST(Traceparent, IsNewAndNotSampledWhereTheClientSendsNone) {
    Random random(1);
    Trace const trace = trace_for({}, random);
    EXPECT_FALSE(trace.continued);
    EXPECT_THAT(trace.traceparent, MatchesRegex(kNewTrace));
}

TEST(Traceparent, OfALaterVersionIsReadAsFarAsItIsKnown) {
    Trace const trace =
        trace_of("traceparent", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-07-more");
    EXPECT_THAT(trace.traceparent,
                MatchesRegex("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-03"));
}

TEST(Traceparent, IsNewWhereTheClientsIsMalformed) {
    for (std::string_view const bad : {
             "",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-07.more",
         }) {
        Trace const trace = trace_of("traceparent", bad);
        EXPECT_FALSE(trace.continued) << bad;
        EXPECT_THAT(trace.traceparent, MatchesRegex(kNewTrace)) << bad;
    }
}

}  // namespace
}  // namespace holdfast::http
