// Goal: every flag is taken as documented, and a wrong one is named. Method: whole command lines.
#include "dataplane/process/flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace holdfast {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::variant<Flags, EarlyExit> parse(std::vector<char const*> arguments) {
    arguments.insert(arguments.begin(), "holdfast-dataplane");
    return parse_flags(static_cast<int>(arguments.size()), arguments.data());
}

/// With the two flags that every command line needs in front.
std::variant<Flags, EarlyExit> parse_more(std::vector<char const*> arguments) {
    arguments.insert(arguments.begin(),
                     {"--controller", "unix:/run/push.sock", "--gateway", "default/edge"});
    return parse(std::move(arguments));
}

Flags accepted(std::variant<Flags, EarlyExit> const& parsed) {
    if (auto const* const exit = std::get_if<EarlyExit>(&parsed)) {
        ADD_FAILURE() << exit->error;
        return {};
    }
    return std::get<Flags>(parsed);
}

std::string refused(std::variant<Flags, EarlyExit> const& parsed) {
    auto const* const exit = std::get_if<EarlyExit>(&parsed);
    if (exit == nullptr || exit->code != 2) {
        ADD_FAILURE() << "not refused";
        return {};
    }
    return exit->error;
}

TEST(Flags, HaveDefaultsForAllButControllerAndGateway) {
    Flags const flags = accepted(parse_more({}));
    EXPECT_EQ(flags.gateway, "default/edge");
    EXPECT_NE(flags.node, "");
    EXPECT_EQ(flags.bind, "::");
    EXPECT_EQ(flags.admin_listen, (Address{"127.0.0.1", 19000}));
    EXPECT_EQ(flags.probes_listen, (Address{"0.0.0.0", 19001}));
    EXPECT_GE(flags.workers, 1);
    EXPECT_EQ(flags.drain.delay, 15s);
    EXPECT_EQ(flags.drain.timeout, 300s);
    EXPECT_EQ(flags.state_dir, "");
    EXPECT_EQ(flags.access_log, "-");
    EXPECT_EQ(flags.log_level, log::Level::info);
    EXPECT_FALSE(flags.tls.has_value());
}

TEST(Flags, TakeASocketAndAddressesAsControllers) {
    Flags const flags =
        accepted(parse_more({"--controller", "holdfast-controller:18000", "--tls-cert", "c",
                             "--tls-key", "k", "--tls-ca", "a"}));
    ASSERT_EQ(flags.controllers.size(), 2u);
    EXPECT_EQ(flags.controllers[0].socket, "/run/push.sock");
    EXPECT_EQ(flags.controllers[1].socket, "");
    EXPECT_EQ(flags.controllers[1].tcp, (Address{"holdfast-controller", 18000}));
    ASSERT_TRUE(flags.tls.has_value());
    EXPECT_EQ(flags.tls->ca, "a");
}

TEST(Flags, TakeDurationsAndAddresses) {
    Flags const flags = accepted(parse_more({"--drain-delay", "500ms", "--drain-timeout", "1h30m",
                                             "--admin-listen", "[::1]:0", "--workers", "3"}));
    EXPECT_EQ(flags.drain.delay, 500ms);
    EXPECT_EQ(flags.drain.timeout, 90min);
    EXPECT_EQ(flags.admin_listen, (Address{"::1", 0}));
    EXPECT_EQ(flags.workers, 3);
}

TEST(Flags, NeedAControllerAndAGateway) {
    EXPECT_THAT(refused(parse({"--gateway", "default/edge"})), HasSubstr("--controller"));
    EXPECT_THAT(refused(parse({"--controller", "unix:/s"})), HasSubstr("--gateway"));
}

TEST(Flags, NeedCertificatesForAControllerOverTcp) {
    EXPECT_THAT(refused(parse_more({"--controller", "10.0.0.1:18000", "--tls-cert", "c"})),
                HasSubstr("--tls-key"));
}

TEST(Flags, NameTheFlagThatIsWrong) {
    EXPECT_THAT(refused(parse_more({"--drain-delay", "15"})), HasSubstr("--drain-delay"));
    EXPECT_THAT(refused(parse_more({"--bind", "localhost"})), HasSubstr("--bind"));
    EXPECT_THAT(refused(parse_more({"--probes-listen", "19001"})), HasSubstr("--probes-listen"));
    EXPECT_THAT(refused(parse_more({"--log-level", "loud"})), HasSubstr("--log-level"));
    EXPECT_THAT(refused(parse_more({"--workers", "0"})), HasSubstr("--workers"));
    EXPECT_THAT(refused(parse_more({"--controller", "nowhere"})), HasSubstr("--controller"));
    EXPECT_THAT(refused(parse({"--controller", "unix:/s", "--gateway", "edge"})),
                HasSubstr("--gateway"));
    EXPECT_THAT(refused(parse_more({"--frobnicate"})), HasSubstr("--frobnicate"));
}

TEST(Flags, NameTheMisspeltFlagRatherThanTheOneThatIsMissingForIt) {
    EXPECT_THAT(refused(parse({"--controler", "unix:/s", "--gateway", "default/edge"})),
                HasSubstr("--controler"));
}

TEST(Flags, AnswerAQuestionForHelpWithSuccess) {
    auto const parsed = parse({"--help"});
    auto const* const exit = std::get_if<EarlyExit>(&parsed);
    ASSERT_NE(exit, nullptr);
    EXPECT_EQ(exit->code, 0);
    EXPECT_THAT(exit->out, HasSubstr("--drain-timeout"));
}

}  // namespace
}  // namespace holdfast
