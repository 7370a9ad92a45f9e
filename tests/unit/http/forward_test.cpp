// Goal: the head that a backend gets. Method: whole heads compared byte for byte, with a fixed
// trace; then one fact per field that is treated in its own way.
#include "dataplane/http/forward.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Trace const kTrace{.request_id = "id-1", .traceparent = "00-1-2-00", .continued = false};
Hop const kHop{.client = "192.0.2.7", .scheme = Scheme::http, .port = 8080, .rewrite = {}};

std::string forwarded(std::string_view more, Hop const& hop = kHop, Trace const& trace = kTrace) {
    return forward_head(*parsed<RequestHead>(handshake(more)), hop, trace);
}

std::string forwarded_target(std::string_view target, Hop const& hop) {
    std::string const head = forward_head(*parsed<RequestHead>(handshake("", target)), hop, kTrace);
    return head.substr(0, head.find('\r'));
}

TEST(Forward, SendsTheHandshakeOnWithTheGatewaysOwnFieldsBehindIt) {
    EXPECT_EQ(forwarded("Cookie: a=b\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"),
              "GET /chat HTTP/1.1\r\n"
              "Host: server.example.com\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              "Cookie: a=b\r\n"
              "Sec-WebSocket-Extensions: permessage-deflate\r\n"
              "Sec-WebSocket-Version: 13\r\n"
              "Upgrade: websocket\r\n"
              "Connection: Upgrade\r\n"
              "X-Forwarded-For: 192.0.2.7\r\n"
              "X-Forwarded-Proto: http\r\n"
              "X-Forwarded-Host: server.example.com\r\n"
              "X-Forwarded-Port: 8080\r\n"
              "X-Request-Id: id-1\r\n"
              "traceparent: 00-1-2-00\r\n"
              "\r\n");
}

TEST(Forward, KeepsRepeatedFieldsApartAndInOrder) {
    EXPECT_THAT(forwarded("B: 1\r\na: 2\r\nB: 3\r\n"), HasSubstr("B: 1\r\na: 2\r\nB: 3\r\n"));
}

TEST(Forward, DropsHopByHopFields) {
    std::string const head = forwarded(
        "Keep-Alive: 1\r\nProxy-Connection: x\r\nProxy-Authenticate: x\r\nProxy-Authorization: "
        "x\r\n"
        "TE: trailers\r\nTrailer: x\r\n");
    for (auto const* name : {"Keep-Alive", "Proxy-", "TE:", "Trailer"}) {
        EXPECT_THAT(head, Not(HasSubstr(name)));
    }
}

TEST(Forward, DropsWhatConnectionNames) {
    std::string const head = forwarded("Connection: x-hop, keep-alive\r\nX-Hop: 1\r\nX-End: 2\r\n");
    EXPECT_THAT(head, Not(HasSubstr("X-Hop")));
    EXPECT_THAT(head, HasSubstr("X-End: 2\r\n"));
    EXPECT_THAT(head, HasSubstr("Connection: Upgrade\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("keep-alive")));
}

TEST(Forward, KeepsTheHandshakesOwnFieldsThoughConnectionNamesThem) {
    std::string const head = forwarded("Connection: host, sec-websocket-key\r\n");
    EXPECT_THAT(head, HasSubstr("Host: server.example.com\r\n"));
    EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
}

TEST(Forward, AppendsTheClientToXForwardedFor) {
    std::string const head = forwarded("X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2\r\n");
    EXPECT_THAT(head, HasSubstr("X-Forwarded-For: 1.1.1.1, 2.2.2.2, 192.0.2.7\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("x-forwarded-for")));
}

TEST(Forward, OverwritesWhatElseTheClientSaysOfItsConnection) {
    std::string const head =
        forwarded("X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\n",
                  {.client = "2001:db8::1", .scheme = Scheme::https, .port = 443, .rewrite = {}});
    EXPECT_THAT(head, HasSubstr("X-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\n"
                                "X-Forwarded-Host: server.example.com\r\n"
                                "X-Forwarded-Port: 443\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("gopher")));
    EXPECT_THAT(head, Not(HasSubstr("evil")));
}

TEST(Forward, DropsTheClientsForwardedField) {
    std::string const head = forwarded("Forwarded: for=1.2.3.4;proto=https\r\nfORWARDED: x\r\n");
    EXPECT_THAT(head, Not(HasSubstr("1.2.3.4")));
    EXPECT_THAT(head, Not(HasSubstr("fORWARDED")));
}

/// CGI and WSGI name a field's variable by its letters and digits, `_` for all else.
TEST(Forward, DropsItsOwnNamesSpeltWithUnderscores) {
    for (std::string const name : {"X_Forwarded_For", "x_forwarded-for", "X-Forwarded_Proto",
                                   "X_FORWARDED_HOST", "X_Forwarded_Port", "X_Request_Id"}) {
        EXPECT_THAT(forwarded(name + ": sly\r\n"), Not(HasSubstr("sly"))) << name;
    }
}

TEST(Forward, KeepsOtherNamesWithUnderscores) {
    EXPECT_THAT(forwarded("X_Real_Ip: 1\r\nForwarded_By: 2\r\n"),
                HasSubstr("X_Real_Ip: 1\r\nForwarded_By: 2\r\n"));
}

TEST(Forward, ReplacesTheTraceFields) {
    std::string const head = forwarded("X-Request-Id: theirs\r\ntraceparent: theirs\r\n");
    EXPECT_THAT(head, Not(HasSubstr("theirs")));
}

TEST(Forward, KeepsTracestateOnlyWithItsTrace) {
    EXPECT_THAT(forwarded("tracestate: a=b\r\n"), Not(HasSubstr("tracestate")));
    Trace continued = kTrace;
    continued.continued = true;
    EXPECT_THAT(forwarded("tracestate: a=b\r\n", kHop, continued),
                HasSubstr("tracestate: a=b\r\n"));
}

TEST(Forward, RewritesThePrefixAndKeepsTheQuery) {
    Hop hop = kHop;
    hop.rewrite = PrefixRewrite{"/abc", "/xyz"};
    EXPECT_EQ(forwarded_target("/abc/d?e=/abc", hop), "GET /xyz/d?e=/abc HTTP/1.1");
}

TEST(Forward, KeepsPathAndQueryAsTheyCameWithoutRewrite) {
    EXPECT_EQ(forwarded_target("/a%2Fb//c/?", kHop), "GET /a%2Fb//c/? HTTP/1.1");
}

TEST(Forward, SendsAnAbsoluteTargetOnAsPathAndHost) {
    std::string const bytes = handshake("", "http://other.example:81/x?y");
    std::string const head = forward_head(*parsed<RequestHead>(bytes), kHop, kTrace);
    EXPECT_THAT(head, StartsWith("GET /x?y HTTP/1.1\r\nHost: other.example:81\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("server.example.com")));
}

TEST(Forward, GivesAHeadThatIsAHandshakeAgain) {
    auto const again = parsed<RequestHead>(forwarded("Connection: x\r\nX: y\r\n"));
    EXPECT_TRUE(has_token(again->fields(), "Connection", "Upgrade"));
    EXPECT_EQ(sole_field(again->fields(), "Upgrade")->value, "websocket");
}

}  // namespace
}  // namespace holdfast::http
