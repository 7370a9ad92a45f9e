// Goal: the forms of texts in a table. Method: good and bad texts by hand, borders included.
#include <gtest/gtest.h>

#include "common/model/syntax.hpp"

namespace holdfast::model {
namespace {

using Form = bool (*)(std::string_view) noexcept;

void expect(Form form, std::vector<std::string> const& good, std::vector<std::string> const& bad) {
    for (std::string const& text : good) {
        EXPECT_TRUE(form(text)) << text;
    }
    for (std::string const& text : bad) {
        EXPECT_FALSE(form(text)) << text;
    }
}

TEST(IsName, IsAnRfc1123Subdomain) {
    expect(is_name, {"a", "0", "a-b", "a.b-c.d", std::string(253, 'a')},
           {"", "-a", "a-", ".a", "a.", "a..b", "a-.b", "a.-b", "A", "a_b", "a/b",
            std::string(254, 'a')});
}

TEST(IsObjectKey, IsNamespaceSlashName) {
    expect(is_object_key, {"default/chat", "a/b.c"},
           {"", "/", "default", "default/", "/chat", "a/b/c", "Default/chat"});
}

TEST(IsBackendKey, IsNamespaceSlashNameColonPort) {
    expect(is_backend_key, {"default/chat:1", "default/chat:65535"},
           {"default/chat", "default/chat:", "default/chat:0", "default/chat:080",
            "default/chat:65536", "default/chat:http", "chat:80"});
}

TEST(IsLabelKey, IsANameBehindADnsPrefixOrAlone) {
    expect(is_label_key,
           {"env", "A_b.c", "a/b", "kubernetes.io/metadata.name", std::string(63, 'a')},
           {"", "/", "/a", "a/", "a/b/c", "A/b", "env ", "-a", "a-", std::string(64, 'a')});
}

TEST(IsLabelValue, IsEmptyOrBeginsAndEndsAlphanumeric) {
    expect(is_label_value, {"", "a", "1.2_b-C", std::string(63, 'a')},
           {"-a", "a-", ".a", "a b", "a/b", "ä", std::string(64, 'a')});
}

TEST(IsToken, IsATokenOfRfc9110) {
    expect(is_token, {"chat", "graphql-transport-ws", "v12.stomp", "!#$%&'*+-.^_`|~", "A1"},
           {"", "a b", "a,b", "a/b", "a;b", "a\"", "ä", "a\n"});
}

TEST(IsPrintable, IsUtf8WithoutControlCharacters) {
    expect(is_printable, {"", "a b\t", "ä"}, {"a\n", "a\r", std::string("a\0", 2), "\x7f", "\xff"});
}

TEST(IsTimestamp, IsTheFormOfTheApiServer) {
    expect(is_timestamp, {"2026-11-21T09:17:03Z"},
           {"", "2026-11-21", "2026-11-21T09:17:03", "2026-11-21T09:17:03.5Z",
            "2026-11-21T09:17:03+01:00", "2026-11-21 09:17:03Z", "2026-11-21T09:17:03Zx"});
}

TEST(IsPathMatch, IsWhatGatewayApiAdmits) {
    expect(is_path_match,
           {"/", "/ws", "/ws/", "/a/b.c", "/%20", "/a%2Eb", "/-._~!$&'()*+,;=:@", "/...",
            "/" + std::string(1023, 'a')},
           {"",        "ws",    "//",   "/a//b", "/./a",
            "/a/../b", "/a/..", "/a/.", "/..",   "/a%2fb",
            "/a%2Fb",  "/a#b",  "/a?b", "/a b",  "/%",
            "/%2",     "/%zz",  "/ä",   "/\"",   "/" + std::string(1024, 'a')});
}

TEST(IsOrigin, IsWhatABrowserSends) {
    expect(is_origin,
           {"https://example.com", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:80",
            "http://[::1]", "chrome-extension://abcdef"},
           {"", "null", "example.com", "https://", "https://example.com/", "https://Example.com",
            "HTTPS://example.com", "https://example.com:", "https://example.com:0", "https://[::1",
            "https://a@b", "1https://example.com", "https://*.example.com", "*"});
}

}  // namespace
}  // namespace holdfast::model
