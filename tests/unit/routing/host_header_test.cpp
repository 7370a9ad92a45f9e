// Goal: the host that a Host field names, or a refusal. Method: examples.
#include "dataplane/routing/host_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace holdfast::routing {
namespace {

std::string host(std::string_view field) {
    auto const host = host_of(field);
    return host ? *host : to_string(host.error());
}

TEST(HostHeader, IsLowerCased) { EXPECT_EQ(host("Chat.Example.COM"), "chat.example.com"); }

TEST(HostHeader, LosesItsPort) {
    EXPECT_EQ(host("a.example:8080"), "a.example");
    EXPECT_EQ(host("a.example:"), "a.example");
    EXPECT_EQ(host("a.example:65535"), "a.example");
}

TEST(HostHeader, LosesItsTrailingDot) {
    EXPECT_EQ(host("a.example."), "a.example");
    EXPECT_EQ(host("a.example.:80"), "a.example");
}

TEST(HostHeader, MayBeAnIpAddress) {
    EXPECT_EQ(host("192.0.2.1:80"), "192.0.2.1");
    EXPECT_EQ(host("[2001:DB8::1]:80"), "2001:db8::1");
    EXPECT_EQ(host("[::1]"), "::1");
}

TEST(HostHeader, MayHaveUnderscoresAndHyphens) { EXPECT_EQ(host("a_b.c-d"), "a_b.c-d"); }

TEST(HostHeader, OfOneLabelIsTaken) { EXPECT_EQ(host("localhost"), "localhost"); }

TEST(HostHeader, MayBe253CharactersLong) {
    std::string longest(253, 'a');
    longest[251] = '.';
    EXPECT_EQ(host(longest), longest);
    EXPECT_EQ(host(longest + "."), longest);
    EXPECT_EQ(host("c" + longest), "bad_host: Host is empty or too long");
}

TEST(HostHeader, MustNotBeEmpty) {
    EXPECT_EQ(host(""), "bad_host: Host is empty or too long");
    EXPECT_EQ(host("."), "bad_host: Host is empty or too long");
    EXPECT_EQ(host(":80"), "bad_host: Host is empty or too long");
}

TEST(HostHeader, RefusesGarbage) {
    for (std::string_view const bad : {"a b", "a..b", ".a", "a..", "a/b", "a,b", "user@a", "a%2eb",
                                       "*.a", "\xc3\xa4.b", "a\tb"}) {
        EXPECT_EQ(host(bad), "bad_host: Host is not a host name") << bad;
    }
}

TEST(HostHeader, RefusesBrokenPorts) {
    for (std::string_view const bad : {"a:x", "a:65536", "a:80:80", "a:-1", "a: 80", "::1",
                                       "[::1]80", "[::1]:x", "a:99999999999"}) {
        EXPECT_EQ(host(bad), "bad_host: port of Host is not a port") << bad;
    }
}

TEST(HostHeader, RefusesBrokenIpv6Addresses) {
    EXPECT_EQ(host("[::1"), "bad_host: Host has a bracket that is not closed");
    for (std::string_view const bad :
         {"[]", "[a.example]", "[1.2.3.4]", "[::g]", "[fe80::1%25eth0]"}) {
        EXPECT_EQ(host(bad), "bad_host: Host is not an IPv6 address") << bad;
    }
}

}  // namespace
}  // namespace holdfast::routing
