// Goal: addresses as text, for sockets, logs and X-Forwarded-For.
#include <gtest/gtest.h>

#include "dataplane/net/address.hpp"

namespace holdfast::net {
namespace {

TEST(SocketAddress, IsShownWithBracketsForIPv6Only) {
    EXPECT_EQ(to_string(*parse_address("192.0.2.1", 80)), "192.0.2.1:80");
    EXPECT_EQ(to_string(*parse_address("2001:db8::1", 443)), "[2001:db8::1]:443");
    EXPECT_EQ(to_string("2001:db8::1", 443), "[2001:db8::1]:443");
    EXPECT_EQ(host_of(*parse_address("2001:db8::1", 443)), "2001:db8::1");
}

TEST(SocketAddress, ShowsAnIPv4ClientOfADualStackSocketAsIPv4) {
    EXPECT_EQ(to_string(*parse_address("::ffff:192.0.2.1", 80)), "192.0.2.1:80");
}

TEST(SocketAddress, IsNoneForANameOrNonsense) {
    EXPECT_EQ(parse_address("localhost", 80), std::nullopt);
    EXPECT_EQ(parse_address("1.2.3", 80), std::nullopt);
    EXPECT_EQ(parse_address("[::1]", 80), std::nullopt);
    EXPECT_EQ(parse_address("", 80), std::nullopt);
}

TEST(SocketAddress, OfASocketThatIsNoneIsEmpty) { EXPECT_EQ(to_string(peer_address(-1)), ""); }

}  // namespace
}  // namespace holdfast::net
