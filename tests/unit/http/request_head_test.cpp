// Goal: what is a request head, what is not, and that TCP's cuts do not matter.
// Method: heads written by hand, fed whole, byte by byte and in every pair of pieces; one fact per
// refusal, with the reason and the words the client is told.
#include "dataplane/http/request_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/limits.hpp"
#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

/// All that a parser says about its input.
std::string outcome(std::string_view bytes, std::vector<std::size_t> const& cuts) {
    RequestHead head;
    std::size_t begin = 0;
    std::size_t consumed = 0;
    std::vector<std::size_t> ends = cuts;
    ends.push_back(bytes.size());
    for (std::size_t const end : ends) {
        auto const fed = head.feed(bytes.substr(begin, end - begin));
        if (!fed) return to_string(fed.error());
        consumed += fed->consumed;
        if (fed->state == Fed::State::complete) {
            std::string all = std::to_string(consumed) + ' ' + std::string(head.method()) + ' ' +
                              std::string(head.path()) + ' ' + std::string(head.query()) + ' ' +
                              std::string(head.host());
            for (Field const& field : head.fields()) {
                all.append("|").append(field.name).append("=").append(field.value);
            }
            return all;
        }
        begin = end;
    }
    return "need more";
}

std::string outcome(std::string_view bytes) { return outcome(bytes, {}); }

std::string outcome_byte_by_byte(std::string_view bytes) {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1; i < bytes.size(); ++i)
        cuts.push_back(i);
    return outcome(bytes, cuts);
}

std::string with_line(std::string_view line) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

std::string with_target(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST(RequestHead, GivesMethodPathQueryHostAndFieldsInOrder) {
    auto const head = parsed<RequestHead>(
        "GET /chat/room?id=7&x=%20 HTTP/1.1\r\nHost: Chat.Example.com:8080\r\nB: 2\r\na:1\r\n"
        "B: \t 3 4 \t\r\nEmpty:\r\n\r\n");

    EXPECT_EQ(head->method(), "GET");
    EXPECT_EQ(head->path(), "/chat/room");
    EXPECT_EQ(head->query(), "id=7&x=%20");
    EXPECT_EQ(head->host(), "Chat.Example.com:8080");
    ASSERT_EQ(head->fields().size(), 5u);
    EXPECT_EQ(head->fields()[1].name, "B");
    EXPECT_EQ(head->fields()[1].value, "2");
    EXPECT_EQ(head->fields()[2].name, "a");
    EXPECT_EQ(head->fields()[2].value, "1");
    EXPECT_EQ(head->fields()[3].value, "3 4");
    EXPECT_EQ(head->fields()[4].value, "");
}

TEST(RequestHead, SaysTheSameWhateverTheSplit) {
    std::vector<std::string> const heads{
        handshake("Cookie: a=b\r\n", "/a/b?c") +
            "\x81\x85"
            "early",
        "\r\n" + handshake(),
        with_line("folded: a\r\n b"),
        with_line("bare: lf\nx: y"),
        "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    };
    for (std::string const& bytes : heads) {
        SCOPED_TRACE(bytes);
        std::string const whole = outcome(bytes);
        EXPECT_EQ(outcome_byte_by_byte(bytes), whole);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            EXPECT_EQ(outcome(bytes, {cut}), whole) << "cut at " << cut;
        }
    }
}

TEST(RequestHead, NeedsMoreUntilTheLastByte) {
    std::string const bytes = handshake();
    EXPECT_EQ(outcome(std::string_view(bytes).substr(0, bytes.size() - 1)), "need more");
}

TEST(RequestHead, LeavesTheBytesBehindTheHead) {
    std::string const bytes = handshake();
    RequestHead head;
    auto const fed = head.feed(bytes + "\x81\x80mask");
    ASSERT_TRUE(fed.has_value());
    EXPECT_EQ(fed->state, Fed::State::complete);
    EXPECT_EQ(fed->consumed, bytes.size());
    EXPECT_EQ(head.bytes(), bytes.size());
}

TEST(RequestHead, TellsAnEmptyQueryFromNone) {
    EXPECT_TRUE(parsed<RequestHead>(with_target("/a?"))->has_query());
    EXPECT_FALSE(parsed<RequestHead>(with_target("/a"))->has_query());
}

TEST(RequestHead, SkipsOneEmptyLineInFront) {
    EXPECT_EQ(parsed<RequestHead>("\r\n" + handshake())->path(), "/chat");
    EXPECT_EQ(outcome("\r\n\r\n" + handshake()), "bad_request: does not begin as HTTP does");
}

TEST(RequestHead, TakesHostAndPathFromATargetInAbsoluteForm) {
    auto const head =
        parsed<RequestHead>("GET WS://b.example:81/c?d=http://e HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(head->host(), "b.example:81");
    EXPECT_EQ(head->path(), "/c");
    EXPECT_EQ(head->query(), "d=http://e");
}

TEST(RequestHead, ReadsAnAbsoluteTargetWithoutPathAsTheRoot) {
    auto const head = parsed<RequestHead>(with_target("http://b?x"));
    EXPECT_EQ(head->host(), "b");
    EXPECT_EQ(head->path(), "/");
    EXPECT_EQ(head->query(), "x");
}

TEST(RequestHead, KeepsBytesAboveAsciiInPathAndValues) {
    auto const head = parsed<RequestHead>("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n");
    EXPECT_EQ(head->path(), "/\xc3\xa4");
    EXPECT_EQ(head->fields()[1].value, "\xff");
}

TEST(RequestHead, RefusesWhatIsNotHttpAtItsFirstByte) {
    EXPECT_EQ(outcome("\x16"), "bad_request: does not begin as HTTP does");
    EXPECT_EQ(outcome(std::string_view("\0", 1)), "bad_request: does not begin as HTTP does");
    EXPECT_EQ(outcome(" GET"), "bad_request: does not begin as HTTP does");
}

TEST(RequestHead, RefusesAnotherVersion) {
    std::string const fault = "bad_request: version is not HTTP/1.1";
    EXPECT_EQ(outcome("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), fault);
    EXPECT_EQ(outcome("GET / HTTP/1.11\r\nHost: a\r\n\r\n"), fault);
    EXPECT_EQ(outcome("GET / http/1.1\r\nHost: a\r\n\r\n"), fault);
    EXPECT_EQ(outcome("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), fault);
}

TEST(RequestHead, RefusesABrokenRequestLine) {
    EXPECT_EQ(outcome("GET\r\n\r\n"), "bad_request: not a request line");
    EXPECT_EQ(outcome("GET /\r\n\r\n"), "bad_request: not a request line");
    EXPECT_EQ(outcome("G(T / HTTP/1.1\r\n\r\n"), "bad_request: method is not a token");
}

TEST(RequestHead, RefusesTargetsThatAreNoPath) {
    std::string const no_path = "bad_request: request target is neither a path nor an http URL";
    EXPECT_EQ(outcome(with_target("*")), no_path);
    EXPECT_EQ(outcome(with_target("host:80")), no_path);
    EXPECT_EQ(outcome(with_target("ftp://a/")), no_path);
    EXPECT_EQ(outcome("GET  HTTP/1.1\r\nHost: a\r\n\r\n"), no_path);
    std::string const characters = "bad_request: request target holds a space or a fragment";
    EXPECT_EQ(outcome(with_target("/a b")), characters);
    EXPECT_EQ(outcome(with_target("/a\tb")), characters);
    EXPECT_EQ(outcome(with_target("/a#b")), characters);
    std::string const authority = "bad_request: authority of the request target is not a host";
    EXPECT_EQ(outcome(with_target("http:///a")), authority);
    EXPECT_EQ(outcome(with_target("http://user@b/a")), authority);
}

TEST(RequestHead, RefusesDotSegments) {
    EXPECT_EQ(outcome(with_target("/a/../b")), "bad_request: request target has dot segments");
    EXPECT_EQ(outcome(with_target("/a/%2e%2E/b")), "bad_request: request target has dot segments");
}

TEST(RequestHead, RefusesBareLineFeeds) {
    std::string const fault = "bad_request: line ends in LF without CR";
    EXPECT_EQ(outcome("GET / HTTP/1.1\nHost: a\n\n"), fault);
    EXPECT_EQ(outcome(with_line("a: b\nc: d")), fault);
}

TEST(RequestHead, RefusesACarriageReturnAlone) {
    EXPECT_EQ(outcome(with_line("a: b\rc: d")), "bad_request: CR without LF");
}

TEST(RequestHead, RefusesControlCharacters) {
    std::string const fault = "bad_request: control character";
    EXPECT_EQ(outcome(with_line(std::string_view("a: b\0c", 6))), fault);
    EXPECT_EQ(outcome(with_line("a: b\x7f")), fault);
    EXPECT_EQ(outcome(with_line("a: \x1b[2J")), fault);
    EXPECT_EQ(outcome("GET /\x01 HTTP/1.1\r\n"), fault);
}

TEST(RequestHead, RefusesFoldedFields) {
    std::string const fault = "bad_request: header field is folded over two lines";
    EXPECT_EQ(outcome(with_line("a: b\r\n c")), fault);
    EXPECT_EQ(outcome("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), fault);
}

TEST(RequestHead, RefusesBrokenFieldNames) {
    std::string const space = "bad_request: space in or behind the name of a header field";
    EXPECT_EQ(outcome(with_line("a : b")), space);
    EXPECT_EQ(outcome(with_line("a\t: b")), space);
    EXPECT_EQ(outcome(with_line("a b: c")), space);
    EXPECT_EQ(outcome(with_line(": b")), "bad_request: header field without a name");
    std::string const token = "bad_request: name of a header field is not a token";
    EXPECT_EQ(outcome(with_line("a(: b")), token);
    EXPECT_EQ(outcome(with_line("a\xc3: b")), token);
    EXPECT_EQ(outcome(with_line("no colon")), space);
    EXPECT_EQ(outcome(with_line("nocolon")), token);
}

TEST(RequestHead, RefusesAMissingHost) {
    EXPECT_EQ(outcome("GET / HTTP/1.1\r\n\r\n"), "bad_host: Host is missing");
    EXPECT_EQ(outcome("GET http://b/ HTTP/1.1\r\n\r\n"), "bad_host: Host is missing");
}

TEST(RequestHead, RefusesASecondHost) {
    EXPECT_EQ(outcome(with_line("host: a")), "bad_host: Host comes twice");
}

TEST(RequestHead, TakesAHeadOfExactlyTheLimit) {
    std::string const frame = with_line("a: ");
    std::string const padding(limits::request_head_bytes_max - frame.size(), 'x');
    EXPECT_EQ(parsed<RequestHead>(with_line("a: " + padding))->bytes(),
              limits::request_head_bytes_max);
    EXPECT_EQ(outcome(with_line("a: " + padding + "x")), "head_too_large: request head too large");
}

TEST(RequestHead, RefusesARequestLineOf100Kilobytes) {
    EXPECT_EQ(outcome("GET /" + std::string(100'000, 'a')),
              "head_too_large: request head too large");
}

TEST(RequestHead, RefusesAHeadWithoutEnd) {
    RequestHead head;
    auto fed = head.feed("GET / HTTP/1.1\r\nHost: a\r\n");
    std::size_t bytes = 0;
    while (fed && bytes < 2 * limits::request_head_bytes_max) {
        fed = head.feed("a: bcdefg\r\n");
        bytes += 11;
    }
    ASSERT_FALSE(fed.has_value());
    EXPECT_EQ(fed.error().reason, Reason::head_too_large);
}

TEST(RequestHead, TakesAsManyFieldsAsTheLimitAndNoMore) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < limits::header_fields_max; ++i)
        head += "a: b\r\n";
    EXPECT_EQ(parsed<RequestHead>(head + "\r\n")->fields().size(), limits::header_fields_max);
    EXPECT_EQ(outcome(head + "a: b\r\n\r\n"), "head_too_large: request head too large");
}

}  // namespace
}  // namespace holdfast::http
