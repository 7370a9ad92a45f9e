// Goal: what a backend's answer says, and that garbage is refused. Method: as for the request head.
#include "dataplane/http/response_head.hpp"

#include <gtest/gtest.h>

#include <string>

#include "common/base/limits.hpp"
#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

std::string fault_of(std::string_view bytes) {
    ResponseHead head;
    auto const fed = head.feed(bytes);
    return fed ? "no fault" : to_string(fed.error());
}

TEST(ResponseHead, GivesStatusPhraseVersionAndFields) {
    auto const head = parsed<ResponseHead>("HTTP/1.0 404 Not  Here\r\nServer: x\r\n\r\n");
    EXPECT_EQ(head->status(), 404);
    EXPECT_EQ(head->phrase(), "Not  Here");
    EXPECT_EQ(head->minor(), 0);
    ASSERT_EQ(head->fields().size(), 1u);
    EXPECT_EQ(head->fields()[0].value, "x");
}

TEST(ResponseHead, TakesAStatusLineWithoutPhrase) {
    EXPECT_EQ(parsed<ResponseHead>("HTTP/1.1 204\r\n\r\n")->phrase(), "");
    EXPECT_EQ(parsed<ResponseHead>("HTTP/1.1 204 \r\n\r\n")->phrase(), "");
}

TEST(ResponseHead, SkipsInterimAnswers) {
    std::string const bytes =
        "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 103\r\n\r\n" + switching() + "\x81\x01x";
    ResponseHead head;
    auto const fed = head.feed(bytes);
    ASSERT_TRUE(fed.has_value());
    EXPECT_EQ(fed->state, Fed::State::complete);
    EXPECT_EQ(fed->consumed, bytes.size() - 3);
    EXPECT_EQ(head.status(), 101);
    EXPECT_EQ(head.fields().size(), 3u);
    EXPECT_EQ(head.bytes(), bytes.size() - 3);
}

TEST(ResponseHead, SaysTheSameWhateverTheSplit) {
    std::string const bytes = "HTTP/1.1 100 Continue\r\n\r\n" + switching("X: y\r\n");
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        SCOPED_TRACE(cut);
        ResponseHead head;
        auto const first = head.feed(std::string_view(bytes).substr(0, cut));
        ASSERT_TRUE(first.has_value());
        EXPECT_EQ(first->state, Fed::State::need_more);
        auto const second = head.feed(std::string_view(bytes).substr(cut));
        ASSERT_TRUE(second.has_value());
        EXPECT_EQ(second->state, Fed::State::complete);
        EXPECT_EQ(second->consumed, bytes.size() - cut);
        EXPECT_EQ(head.fields()[3].value, "y");
    }
}

TEST(ResponseHead, RefusesWhatIsNotAStatusLine) {
    std::string const version = "upstream_bad_response: version is not HTTP/1.0 or HTTP/1.1";
    EXPECT_EQ(fault_of("SSH-2.0-OpenSSH\r\n\r\n"), version);
    EXPECT_EQ(fault_of("HTTP/2.0 200 OK\r\n\r\n"), version);
    std::string const line = "upstream_bad_response: not a status line";
    EXPECT_EQ(fault_of("HTTP/1.1 20\r\n\r\n"), line);
    EXPECT_EQ(fault_of("HTTP/1.1 2x0 OK\r\n\r\n"), line);
    EXPECT_EQ(fault_of("HTTP/1.1 099 OK\r\n\r\n"), line);
    EXPECT_EQ(fault_of("HTTP/1.1 2000 OK\r\n\r\n"), line);
    EXPECT_EQ(fault_of("\x81\x05hello"), "upstream_bad_response: does not begin as HTTP does");
}

TEST(ResponseHead, RefusesABrokenField) {
    EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n"),
              "upstream_bad_response: line ends in LF without CR");
}

TEST(ResponseHead, RefusesAHeadAboveTheLimit) {
    EXPECT_EQ(
        fault_of("HTTP/1.1 200 OK\r\na: " + std::string(limits::response_head_bytes_max, 'x')),
        "upstream_bad_response: response head too large");
}

TEST(ResponseHead, RefusesInterimAnswersWithoutEnd) {
    std::string bytes;
    while (bytes.size() <= limits::response_head_bytes_max)
        bytes += "HTTP/1.1 100 Go on\r\n\r\n";
    EXPECT_EQ(fault_of(bytes), "upstream_bad_response: response head too large");
}

}  // namespace
}  // namespace holdfast::http
