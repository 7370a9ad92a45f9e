// Goal: addresses on the command line mean one thing or are refused. Method: texts by hand.
#include <gtest/gtest.h>

#include <cerrno>

#include "common/base/address.hpp"

namespace holdfast {
namespace {

TEST(ParseAddress, TakesNamesAndBothKindsOfIpAddresses) {
    EXPECT_EQ(parse_address("127.0.0.1:19000"), (Address{"127.0.0.1", 19000}));
    EXPECT_EQ(parse_address("controller.holdfast-system.svc:18000"),
              (Address{"controller.holdfast-system.svc", 18000}));
    EXPECT_EQ(parse_address("[::1]:0"), (Address{"::1", 0}));
    EXPECT_EQ(parse_address("[2001:db8::7]:65535"), (Address{"2001:db8::7", 65535}));
}

TEST(ParseAddress, RefusesEverythingElse) {
    for (char const* text : {"",
                             ":",
                             "host",
                             ":80",
                             "host:",
                             "host:65536",
                             "host:-1",
                             "host:+1",
                             "host:80x",
                             "host: 80",
                             "::1:80",
                             "[::1]",
                             "[::1]80",
                             "[host]:80",
                             "[127.0.0.1]:80",
                             "[]:80",
                             "ho st:80",
                             "http://host:80",
                             "host/path:80",
                             "[::1:80",
                             "::1]:80",
                             "[fe80::1%eth0]:80"}) {
        EXPECT_EQ(parse_address(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_address(std::string(254, 'a') + ":80"), std::nullopt);
}

TEST(Address, IsWrittenAsItIsRead) {
    for (char const* text : {"127.0.0.1:1", "[::1]:19001", "localhost:443"}) {
        auto const address = parse_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_string(*address), text);
    }
}

TEST(IpFamily, IsThatOfATextualAddress) {
    EXPECT_EQ(ip_family("10.1.2.3"), IpFamily::v4);
    EXPECT_EQ(ip_family("::"), IpFamily::v6);
    EXPECT_EQ(ip_family("::ffff:10.1.2.3"), IpFamily::v6);
}

TEST(IpFamily, IsNothingForOtherText) {
    for (char const* text : {"", "10.1.2", "10.1.2.3.4", "010.1.2.3.4", "256.1.1.1", "[::1]",
                             "fe80::1%eth0", "localhost", "10.1.2.3 "}) {
        EXPECT_EQ(ip_family(text), std::nullopt) << text;
    }
    EXPECT_EQ(ip_family(std::string_view("1.2.3.4\0x", 9)), std::nullopt);
    EXPECT_EQ(ip_family(std::string(1000, '1')), std::nullopt);
}

TEST(LacksIpv6, IsToldFromOtherFaultsOfASocket) {
    auto const said = [](int code) { return lacks_ipv6({code, boost::system::system_category()}); };
    EXPECT_TRUE(said(EAFNOSUPPORT));
    EXPECT_TRUE(said(EADDRNOTAVAIL));
    EXPECT_FALSE(said(EADDRINUSE));
    EXPECT_FALSE(said(0));
}

}  // namespace
}  // namespace holdfast
