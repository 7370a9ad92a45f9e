// Goal: RFC 6455 §4, both sides, refusal by refusal. Method: the handshake of RFC 6455 §1.3 with
// one thing wrong.
#include "dataplane/http/upgrade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/limits.hpp"
#include "tests/unit/http/heads.hpp"

namespace holdfast::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string fault_of(std::string_view request) {
    auto const upgrade = check_upgrade(*parsed<RequestHead>(request));
    return upgrade ? "no fault" : to_string(upgrade.error());
}

std::string fault_of_answer(std::string_view response, Upgrade const& asked) {
    auto const accepted = check_accepted(*parsed<ResponseHead>(response), asked);
    return accepted ? "no fault" : to_string(accepted.error());
}

Upgrade const kAsked{.key = "dGhlIHNhbXBsZSBub25jZQ==",
                     .subprotocols = {"chat", "superchat"},
                     .extensions = {"permessage-deflate"},
                     .origin = {}};

TEST(Upgrade, TakesTheHandshakeOfTheRfc) {
    auto const head = parsed<RequestHead>(
        handshake("Origin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n"));
    auto const upgrade = check_upgrade(*head);
    ASSERT_TRUE(upgrade.has_value());
    EXPECT_EQ(upgrade->key, "dGhlIHNhbXBsZSBub25jZQ==");
    EXPECT_THAT(upgrade->subprotocols, ElementsAre("chat", "superchat"));
    EXPECT_EQ(upgrade->origin, "http://example.com");
    EXPECT_THAT(upgrade->extensions, IsEmpty());
}

TEST(Upgrade, IsAskedForByPlainHttpInNoWay) {
    std::string const fault = "upgrade_required: WebSocket upgrade required";
    EXPECT_EQ(fault_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), fault);
    EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"), fault);
    EXPECT_EQ(fault_of(replaced(handshake(), "websocket", "h2c")), fault);
    EXPECT_EQ(fault_of(replaced(handshake(), "websocket", "websockets")), fault);
}

TEST(Upgrade, ReadsItsTokensWithoutCaseAndFromLists) {
    EXPECT_EQ(fault_of(replaced(handshake(), "Upgrade: websocket", "Upgrade: h2c, WebSocket")),
              "no fault");
    EXPECT_EQ(fault_of(replaced(handshake(), "Connection: Upgrade",
                                "Connection: keep-alive\r\nConnection: foo, upgrade")),
              "no fault");
}

TEST(Upgrade, NeedsConnectionToNameUpgrade) {
    EXPECT_EQ(fault_of(without(handshake(), "Connection: Upgrade\r\n")),
              "bad_request: Connection does not name Upgrade");
    EXPECT_EQ(fault_of(replaced(handshake(), "Connection: Upgrade", "Connection: close")),
              "bad_request: Connection does not name Upgrade");
}

TEST(Upgrade, NeedsGet) {
    EXPECT_EQ(fault_of(replaced(handshake(), "GET", "POST")), "bad_request: method is not GET");
}

TEST(Upgrade, HasNoBody) {
    EXPECT_EQ(fault_of(handshake("Transfer-Encoding: chunked\r\n")),
              "bad_request: Transfer-Encoding on an upgrade");
    EXPECT_EQ(fault_of(handshake("Content-Length: 5\r\n")), "bad_request: body on an upgrade");
    EXPECT_EQ(fault_of(handshake("Content-Length: 0\r\nContent-Length: 5\r\n")),
              "bad_request: body on an upgrade");
    EXPECT_EQ(fault_of(handshake("Content-Length: 0x0\r\n")), "bad_request: body on an upgrade");
    EXPECT_EQ(fault_of(handshake("Content-Length: 0\r\n")), "no fault");
}

TEST(Upgrade, NeedsExactlyOneKey) {
    std::string const fault = "bad_request: not exactly one Sec-WebSocket-Key";
    EXPECT_EQ(fault_of(without(handshake(), "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")),
              fault);
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")), fault);
}

TEST(Upgrade, NeedsAKeyOf16BytesInBase64) {
    for (std::string_view const bad :
         {"", "short==", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=a",
          "dGhlIHNhbXBsZSBub25jZQab",
          "dGhlIHNhbXBsZSBub25j_Q==", "dGhlIHNhbXBsZSBub25jZQ====", "dGhlIHNhbXBsZSBub25==Q=="}) {
        EXPECT_EQ(fault_of(replaced(handshake(), "dGhlIHNhbXBsZSBub25jZQ==", bad)),
                  "bad_request: Sec-WebSocket-Key is not 16 bytes in base64")
            << bad;
    }
}

TEST(Upgrade, SpeaksVersion13Only) {
    for (std::string_view const other : {"8", "13, 8", "14", "013", "x"}) {
        EXPECT_EQ(fault_of(replaced(handshake(), "Version: 13", "Version: " + std::string(other))),
                  "unsupported_version: WebSocket version 13 required")
            << other;
    }
}

TEST(Upgrade, NeedsExactlyOneVersion) {
    std::string const fault = "bad_request: not exactly one Sec-WebSocket-Version";
    EXPECT_EQ(fault_of(without(handshake(), "Sec-WebSocket-Version: 13\r\n")), fault);
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Version: 13\r\n")), fault);
}

TEST(Upgrade, RefusesASecondOrigin) {
    EXPECT_EQ(fault_of(handshake("Origin: http://a\r\nOrigin: http://b\r\n")),
              "bad_request: Origin comes twice");
}

TEST(Upgrade, GathersSubprotocolsFromAllLinesInOrder) {
    auto const head = parsed<RequestHead>(
        handshake("Sec-WebSocket-Protocol: b,, "
                  "a\r\nSec-WebSocket-Protocol:\r\nsec-websocket-protocol: C\r\n"));
    auto const upgrade = check_upgrade(*head);
    ASSERT_TRUE(upgrade.has_value());
    EXPECT_THAT(upgrade->subprotocols, ElementsAre("b", "a", "C"));
}

TEST(Upgrade, RefusesASubprotocolThatIsNotAToken) {
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: a, b c\r\n")),
              "bad_request: subprotocol is not a token");
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: \"a\"\r\n")),
              "bad_request: subprotocol is not a token");
}

TEST(Upgrade, RefusesASubprotocolOfferedTwice) {
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: a, b, a\r\n")),
              "bad_request: subprotocol is offered twice");
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: a, A\r\n")), "no fault");
}

TEST(Upgrade, TakesAsManySubprotocolsAsTheLimitAndNoMore) {
    std::string list = "p0";
    for (std::size_t i = 1; i < limits::subprotocols_max; ++i)
        list += ",p" + std::to_string(i);
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: " + list + "\r\n")), "no fault");
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Protocol: " + list + ",x\r\n")),
              "bad_request: too many subprotocols");
}

TEST(Upgrade, TakesListsAsLongAsTheLimitAndNoLonger) {
    std::string list = "x";
    for (std::size_t i = 1; i < limits::header_fields_max; ++i)
        list += ",x";
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Extensions: " + list + "\r\n")), "no fault");
    EXPECT_EQ(fault_of(handshake("Sec-WebSocket-Extensions: " + list + ",x\r\n")),
              "bad_request: too many extensions");
    // The handshake has a Connection of one element already.
    EXPECT_EQ(fault_of(handshake("Connection: " + list.substr(2) + "\r\n")), "no fault");
    EXPECT_EQ(fault_of(handshake("Connection: " + list + "\r\n")),
              "bad_request: Connection names too many fields");
}

TEST(Upgrade, NamesTheExtensionsWithoutTheirParameters) {
    auto const head = parsed<RequestHead>(handshake(
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x; y=\"a, b\"\r\n"
        "Sec-WebSocket-Extensions: z\r\n"));
    auto const upgrade = check_upgrade(*head);
    ASSERT_TRUE(upgrade.has_value());
    EXPECT_THAT(upgrade->extensions, ElementsAre("permessage-deflate", "x", "z"));
}

TEST(Accept, FitsTheExampleOfTheRfc) {
    EXPECT_EQ(accept_for("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Answer, OfTheRfcIsTaken) {
    auto const head = parsed<ResponseHead>(switching("Sec-WebSocket-Protocol: superchat\r\n"));
    auto const accepted = check_accepted(*head, kAsked);
    ASSERT_TRUE(accepted.has_value());
    EXPECT_EQ(accepted->subprotocol, "superchat");
}

TEST(Answer, MayChooseNoSubprotocol) {
    auto const head = parsed<ResponseHead>(switching());
    auto const accepted = check_accepted(*head, kAsked);
    ASSERT_TRUE(accepted.has_value());
    EXPECT_EQ(accepted->subprotocol, "");
}

TEST(Answer, IsA101OfHttp11) {
    EXPECT_EQ(fault_of_answer(replaced(switching(), "101", "200"), kAsked),
              "upstream_bad_response: status is not 101");
    EXPECT_EQ(fault_of_answer(replaced(switching(), "HTTP/1.1", "HTTP/1.0"), kAsked),
              "upstream_bad_response: 101 in HTTP/1.0");
}

TEST(Answer, UpgradesToWebSocket) {
    EXPECT_EQ(fault_of_answer(without(switching(), "Upgrade: websocket\r\n"), kAsked),
              "upstream_bad_response: 101 without Upgrade: websocket");
    EXPECT_EQ(fault_of_answer(without(switching(), "Connection: Upgrade\r\n"), kAsked),
              "upstream_bad_response: 101 without Connection: Upgrade");
}

TEST(Answer, FitsTheKey) {
    std::string const fault = "upstream_bad_response: Sec-WebSocket-Accept does not fit the key";
    std::string const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    EXPECT_EQ(fault_of_answer(without(switching(), accept), kAsked), fault);
    EXPECT_EQ(fault_of_answer(switching(accept), kAsked), fault);
    EXPECT_EQ(fault_of_answer(replaced(switching(), "s3p", "S3p"), kAsked), fault);
}

TEST(Answer, ChoosesASubprotocolThatWasOffered) {
    std::string const fault = "upstream_bad_response: subprotocol that the client did not offer";
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Protocol: other\r\n"), kAsked), fault);
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Protocol: Chat\r\n"), kAsked), fault);
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Protocol: chat, superchat\r\n"), kAsked),
              fault);
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Protocol:\r\n"), kAsked), fault);
}

TEST(Answer, ChoosesOneSubprotocol) {
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Protocol: chat\r\n"
                                        "Sec-WebSocket-Protocol: superchat\r\n"),
                              kAsked),
              "upstream_bad_response: two subprotocols chosen");
}

TEST(Answer, UsesExtensionsThatWereOffered) {
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Extensions: permessage-deflate; "
                                        "server_no_context_takeover\r\n"),
                              kAsked),
              "no fault");
    EXPECT_EQ(fault_of_answer(switching("Sec-WebSocket-Extensions: x\r\n"), kAsked),
              "upstream_bad_response: extension that the client did not offer");
}

}  // namespace
}  // namespace holdfast::http
