// Goal: which Origins pass a rule's allowedOrigins. Method: examples, one fact each.
#include "dataplane/http/origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace holdfast::http {
namespace {

std::vector<std::string> const kApp{"https://app.example.com"};

TEST(Origin, AnythingPassesAnEmptyList) {
    EXPECT_TRUE(origin_allowed({}, "https://evil.example"));
    EXPECT_TRUE(origin_allowed({}, "null"));
}

TEST(Origin, ARequestWithoutOneIsNotABrowsersAndPasses) {
    EXPECT_TRUE(origin_allowed(kApp, std::nullopt));
}

TEST(Origin, AnEmptyOneIsRefused) { EXPECT_FALSE(origin_allowed(kApp, "")); }

TEST(Origin, MustBeListed) {
    EXPECT_TRUE(origin_allowed(kApp, "https://app.example.com"));
    EXPECT_FALSE(origin_allowed(kApp, "https://example.com"));
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com.evil"));
    EXPECT_FALSE(origin_allowed(kApp, "https://x.app.example.com"));
    EXPECT_FALSE(origin_allowed(kApp, "app.example.com"));
}

TEST(Origin, AnyEntryOfTheListWillDo) {
    std::vector<std::string> const two{"https://a.example", "http://b.example:8080"};
    EXPECT_TRUE(origin_allowed(two, "http://b.example:8080"));
}

TEST(Origin, IsComparedWithoutCase) {
    EXPECT_TRUE(origin_allowed(kApp, "HTTPS://App.Example.COM"));
}

TEST(Origin, DiffersByScheme) { EXPECT_FALSE(origin_allowed(kApp, "http://app.example.com")); }

TEST(Origin, DiffersByPort) {
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com:8443"));
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com:80"));
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com:"));
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com:443x"));
    EXPECT_FALSE(origin_allowed(kApp, "https://app.example.com:65979"));  // 443 + 2^16
}

TEST(Origin, WithItsDefaultPortIsTheSameWithout) {
    EXPECT_TRUE(origin_allowed(kApp, "https://app.example.com:443"));
    std::vector<std::string> const written{"http://a.example:80"};
    EXPECT_TRUE(origin_allowed(written, "http://a.example"));
}

TEST(Origin, OfAnIpv6HostIsCompared) {
    std::vector<std::string> const v6{"http://[::1]:8080", "http://[::2]"};
    EXPECT_TRUE(origin_allowed(v6, "http://[::1]:8080"));
    EXPECT_FALSE(origin_allowed(v6, "http://[::1]"));
    EXPECT_TRUE(origin_allowed(v6, "http://[::2]:80"));
}

TEST(Origin, NullIsRefusedUnlessListed) {
    EXPECT_FALSE(origin_allowed(kApp, "null"));
    EXPECT_TRUE(origin_allowed(std::vector<std::string>{"null"}, "null"));
}

TEST(Origin, OfAnotherSchemeMustBeEqual) {
    std::vector<std::string> const extension{"chrome-extension://abcdef"};
    EXPECT_TRUE(origin_allowed(extension, "chrome-extension://abcdef"));
    EXPECT_FALSE(origin_allowed(extension, "chrome-extension://abcdeg"));
}

}  // namespace
}  // namespace holdfast::http
