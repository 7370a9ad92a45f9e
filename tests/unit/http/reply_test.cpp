// Goal: what a client reads, byte for byte. Method: whole answers, then one fact per status.
#include "dataplane/http/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string refused(Reason reason, std::string detail = "") {
    return refusal({reason, {}, std::move(detail)}, "id-1");
}

TEST(SwitchingReply, IsTheBackendsWithTheRequestId) {
    auto const backend = parsed<ResponseHead>(switching(
        "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
    EXPECT_EQ(switching_reply(*backend, "id-1"),
              "HTTP/1.1 101 Switching Protocols\r\n"
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
              "Set-Cookie: a=b\r\n"
              "Set-Cookie: c=d\r\n"
              "Sec-WebSocket-Extensions: permessage-deflate\r\n"
              "Upgrade: websocket\r\n"
              "Connection: Upgrade\r\n"
              "X-Request-Id: id-1\r\n"
              "\r\n");
}

TEST(SwitchingReply, DropsHopByHopFieldsLengthsAndTheBackendsOwnRequestId) {
    auto const backend = parsed<ResponseHead>(
        switching("Keep-Alive: 5\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: 0\r\n"
                  "Transfer-Encoding: chunked\r\nx-request-id: other\r\n"));
    std::string const reply = switching_reply(*backend, "id-1");
    for (auto const* gone :
         {"Keep-Alive", "X-Hop", "x-hop", "Content-Length", "Transfer-Encoding", "other"}) {
        EXPECT_THAT(reply, Not(HasSubstr(gone)));
    }
}

TEST(Refusal, IsAWholeAnswerThatEndsTheConnection) {
    EXPECT_EQ(refused(Reason::no_route),
              "HTTP/1.1 404 Not Found\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 19\r\n"
              "Cache-Control: no-store\r\n"
              "Connection: close\r\n"
              "X-Request-Id: id-1\r\n"
              "\r\n"
              "no_route: no route\n");
}

TEST(Refusal, HasAStatusLineForEveryReasonThatHasAStatus) {
    for (ReasonInfo const& row : kReasons) {
        if (row.http_status == 0) continue;
        std::string const reply = refused(row.reason);
        std::string const status = "HTTP/1.1 " + std::to_string(row.http_status) + ' ';
        EXPECT_THAT(reply, StartsWith(status));
        EXPECT_THAT(reply, Not(StartsWith(status + "\r\n"))) << "no phrase for " << row.name;
        EXPECT_THAT(reply, EndsWith("\r\n\r\n" + std::string(row.name) + ": " +
                                    std::string(row.text) + "\n"));
        auto const length = reply.size() - reply.find("\r\n\r\n") - 4;
        EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: " + std::to_string(length) + "\r\n"));
    }
}

TEST(Refusal, TellsAClientWhatItDidWrong) {
    EXPECT_THAT(refused(Reason::bad_request, "method is not GET"),
                EndsWith("\r\n\r\nbad_request: method is not GET\n"));
}

TEST(Refusal, TellsAClientNothingAboutBackends) {
    EXPECT_THAT(refused(Reason::upstream_refused, "10.0.0.7:8080 refused"),
                EndsWith("\r\n\r\nupstream_refused: backend unreachable\n"));
}

TEST(Refusal, Of426SaysWhatToUpgradeTo) {
    for (Reason const reason : {Reason::upgrade_required, Reason::unsupported_version}) {
        std::string const reply = refused(reason);
        EXPECT_THAT(reply, HasSubstr("\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"));
        EXPECT_THAT(reply, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
    }
    EXPECT_THAT(refused(Reason::bad_request), Not(HasSubstr("Upgrade")));
}

TEST(Refusal, Of503SaysWhenToComeBack) {
    EXPECT_THAT(refused(Reason::draining), HasSubstr("\r\nRetry-After: 1\r\n"));
    EXPECT_THAT(refused(Reason::overloaded), HasSubstr("\r\nRetry-After: 5\r\n"));
    EXPECT_THAT(refused(Reason::no_endpoint), HasSubstr("\r\nRetry-After: 5\r\n"));
    EXPECT_THAT(refused(Reason::upstream_refused), Not(HasSubstr("Retry-After")));
}

TEST(PassedReply, IsTheBackendsWithALengthOfOurOwn) {
    auto const backend = parsed<ResponseHead>(
        "HTTP/1.1 401 Who are you?\r\nWWW-Authenticate: Bearer\r\nTransfer-Encoding: chunked\r\n"
        "Connection: keep-alive\r\nContent-Type: text/html\r\n\r\n");
    EXPECT_EQ(passed_reply(*backend, "no token", "id-1"),
              "HTTP/1.1 401 Who are you?\r\n"
              "WWW-Authenticate: Bearer\r\n"
              "Content-Type: text/html\r\n"
              "Content-Length: 8\r\n"
              "Connection: close\r\n"
              "X-Request-Id: id-1\r\n"
              "\r\n"
              "no token");
}

TEST(PassedReply, HasNoLengthAndNoBodyWhereTheStatusHasNone) {
    for (char const* status : {"204", "304"}) {
        auto const backend = parsed<ResponseHead>("HTTP/1.1 " + std::string(status) +
                                                  " x\r\nContent-Length: 3\r\n\r\n");
        std::string const reply = passed_reply(*backend, "", "id-1");
        EXPECT_THAT(reply, Not(HasSubstr("Content-Length"))) << status;
    }
}

TEST(PassedReply, Of426KeepsSayingWhatToUpgradeTo) {
    auto const backend = parsed<ResponseHead>(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n");
    EXPECT_THAT(passed_reply(*backend, "", "id-1"),
                HasSubstr("\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"));
}

}  // namespace
}  // namespace holdfast::http
