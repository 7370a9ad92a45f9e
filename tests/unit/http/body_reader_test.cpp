// Goal: a refusal's body, however it is framed, and nothing of what is behind it.
// Method: bodies written by hand under every split; one fact per way of being broken.
#include "dataplane/http/body_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "common/base/limits.hpp"
#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";

Result<BodyReader> reader_for(std::string_view fields, std::string_view status = "403") {
    return BodyReader::of(*parsed<ResponseHead>("HTTP/1.1 " + std::string(status) + " x\r\n" +
                                                std::string(fields) + "\r\n"));
}

/// The body and whether it is whole, or the fault.
std::string outcome(std::string_view fields, std::string_view bytes, std::size_t cut = 0) {
    auto reader = reader_for(fields);
    if (!reader) return to_string(reader.error());
    auto state = reader->feed(bytes.substr(0, cut));
    if (state && *state == BodyReader::State::need_more) state = reader->feed(bytes.substr(cut));
    if (!state) return to_string(state.error());
    return reader->body() + (*state == BodyReader::State::complete ? "|complete" : "|need more");
}

void expect_whatever_the_split(std::string_view fields, std::string_view bytes,
                               std::string_view expected) {
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(outcome(fields, bytes, cut), expected) << "cut at " << cut;
    }
}

TEST(Body, IsAsLongAsContentLengthSays) {
    expect_whatever_the_split("Content-Length: 5\r\n", "hello and more", "hello|complete");
    EXPECT_EQ(outcome("Content-Length: 5\r\n", "hell"), "hell|need more");
}

TEST(Body, MayBeEmpty) {
    EXPECT_EQ(outcome("Content-Length: 0\r\n", ""), "|complete");
    EXPECT_EQ(outcome(kChunked, "0\r\n\r\n"), "|complete");
}

TEST(Body, IsPutTogetherFromChunks) {
    expect_whatever_the_split(kChunked, "5\r\nhello\r\n00A;x=\"y\"\r\n, chunked!\r\n0\r\n\r\nmore",
                              "hello, chunked!|complete");
}

TEST(Body, EndsBehindItsTrailers) {
    expect_whatever_the_split(kChunked, "1 \r\na\r\n0\r\nTrailer: x\r\nAnother: y\r\n\r\n",
                              "a|complete");
    EXPECT_EQ(outcome(kChunked, "1\r\na\r\n0\r\nTrailer: x\r\n"), "a|need more");
}

TEST(Body, WithoutLengthEndsWithTheConnection) {
    auto reader = reader_for("");
    ASSERT_TRUE(reader.has_value());
    EXPECT_EQ(reader->feed("by").value(), BodyReader::State::need_more);
    EXPECT_EQ(reader->feed("e").value(), BodyReader::State::need_more);
    EXPECT_EQ(reader->end_of_stream().value(), BodyReader::State::complete);
    EXPECT_EQ(reader->body(), "bye");
}

TEST(Body, OfAStatusWithoutOneIsComplete) {
    for (auto const* status : {"204", "304"}) {
        auto reader = reader_for("Content-Length: 5\r\n", status);
        ASSERT_TRUE(reader.has_value());
        EXPECT_EQ(reader->feed("").value(), BodyReader::State::complete) << status;
    }
}

TEST(Body, IsCutOffAtTheLimit) {
    std::string const much(limits::refusal_body_bytes_max + 10, 'x');
    std::string cut(limits::refusal_body_bytes_max, 'x');
    cut += "|complete";
    EXPECT_EQ(outcome("Content-Length: 99999999999\r\n", much), cut);
    EXPECT_EQ(outcome(kChunked, "FFFFFF\r\n" + much), cut);
    EXPECT_EQ(outcome("", much), cut);
    EXPECT_EQ(outcome("", much, 7), cut);
}

TEST(Body, MayComeInManySmallChunks) {
    constexpr std::size_t chunks = 50'000;
    std::string bytes;
    for (std::size_t i = 0; i < chunks; ++i)
        bytes += "1\r\nx\r\n";
    bytes += "0\r\n\r\n";
    std::string whole(chunks, 'x');
    whole += "|complete";
    EXPECT_EQ(outcome(kChunked, bytes), whole);
}

TEST(Body, MustNotEndTooEarly) {
    for (std::string_view const fields : {std::string_view("Content-Length: 5\r\n"), kChunked}) {
        auto reader = reader_for(fields);
        ASSERT_TRUE(reader.has_value());
        ASSERT_TRUE(reader->feed("4\r\n").has_value());
        auto const ended = reader->end_of_stream();
        ASSERT_FALSE(ended.has_value());
        EXPECT_EQ(to_string(ended.error()), "upstream_bad_response: body ends too early");
    }
}

TEST(Body, RefusesBrokenChunks) {
    std::string const fault = "upstream_bad_response: broken chunk";
    for (std::string_view const bytes :
         {"x\r\n", "\r\n", ";a\r\n", "1\n", "1\r\r", "1\r\nab", "1\r\na\rb", "1;a\n", "-1\r\n",
          "0\r\na\n", "0\r\na\rb", "0\r\n\rx", "1111111111111111\r\n"}) {
        EXPECT_EQ(outcome(kChunked, bytes), fault) << bytes;
    }
}

TEST(Body, RefusesAChunkExtensionWithoutEnd) {
    EXPECT_EQ(outcome(kChunked, "1;" + std::string(limits::response_head_bytes_max, 'a')),
              "upstream_bad_response: broken chunk");
}

TEST(Body, RefusesContradictoryFraming) {
    EXPECT_EQ(outcome("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", ""),
              "upstream_bad_response: Transfer-Encoding and Content-Length");
    EXPECT_EQ(outcome("Transfer-Encoding: gzip, chunked\r\n", ""),
              "upstream_bad_response: transfer coding is not chunked");
    std::string const length = "upstream_bad_response: Content-Length is not one number";
    EXPECT_EQ(outcome("Content-Length: 5\r\nContent-Length: 6\r\n", ""), length);
    EXPECT_EQ(outcome("Content-Length: 5, 5\r\n", ""), length);
    EXPECT_EQ(outcome("Content-Length: -5\r\n", ""), length);
    EXPECT_EQ(outcome("Content-Length:\r\n", ""), length);
    EXPECT_EQ(outcome("Content-Length: 99999999999999999999\r\n", ""), length);
    EXPECT_EQ(outcome("Content-Length: 1\r\ncontent-length: 1\r\n", "a"), "a|complete");
}

}  // namespace
}  // namespace holdfast::http
