// Goal: what the command line means, and that a wrong one is answered with the flag's name.
#include "controller/flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::variant<FlagValues, EarlyExit> parse(std::vector<char const*> arguments) {
    arguments.insert(arguments.begin(), "holdfast-controller");
    return parse_flags(static_cast<int>(arguments.size()), arguments.data());
}

template <class Flags>
Flags parsed(std::vector<char const*> arguments) {
    auto const result = parse(std::move(arguments));
    auto const* const values = std::get_if<FlagValues>(&result);
    if (values == nullptr || !std::holds_alternative<Flags>(*values)) {
        ADD_FAILURE() << "refused, or another command";
        return {};
    }
    return std::get<Flags>(*values);
}

std::string refusal(std::vector<char const*> arguments) {
    auto const result = parse(std::move(arguments));
    auto const* const exit = std::get_if<EarlyExit>(&result);
    return exit == nullptr || exit->code == 0 ? "" : exit->error;
}

TEST(Flags, RunsByDefault) {
    EXPECT_EQ(parsed<RunFlags>({"--manifests", "dir"}).manifests, "dir");
    EXPECT_EQ(parsed<RunFlags>({"run", "--manifests", "dir"}).manifests, "dir");
}

TEST(Flags, HasTheDocumentedDefaults) {
    auto const flags = parsed<RunFlags>({"--manifests", "dir"});
    EXPECT_FALSE(flags.push_listen);
    EXPECT_FALSE(flags.tls);
    EXPECT_EQ(flags.push_socket, "");
    EXPECT_EQ(to_string(flags.status_listen), "127.0.0.1:19002");
    EXPECT_EQ(flags.broken_manifests_wait, std::chrono::seconds(60));
    EXPECT_EQ(flags.log_level, log::Level::info);
}

TEST(Flags, ReadsEverythingOfRun) {
    auto const flags = parsed<RunFlags>(
        {"--manifests", "dir", "--push-listen", "127.0.0.1:0", "--push-socket", "/tmp/push.sock",
         "--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a", "--status-listen", "[::1]:1",
         "--broken-manifests-wait", "0s", "--log-level", "debug"});
    EXPECT_EQ(to_string(*flags.push_listen), "127.0.0.1:0");
    EXPECT_EQ(flags.push_socket, "/tmp/push.sock");
    EXPECT_EQ(flags.tls->certificate, "c");
    EXPECT_EQ(flags.tls->key, "k");
    EXPECT_EQ(flags.tls->ca, "a");
    EXPECT_EQ(to_string(flags.status_listen), "[::1]:1");
    EXPECT_EQ(flags.broken_manifests_wait, std::chrono::seconds(0));
    EXPECT_EQ(flags.log_level, log::Level::debug);
}

TEST(Flags, OpensThePushPortWhereThereAreCertificates) {
    auto const flags = parsed<RunFlags>(
        {"--manifests", "dir", "--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a"});
    EXPECT_EQ(to_string(*flags.push_listen), "[::]:18000");
}

TEST(Flags, NamesTheFlagThatIsWrong) {
    EXPECT_THAT(refusal({}), HasSubstr("--manifests"));
    EXPECT_THAT(refusal({"--manifests", "d", "--status-listen", "here"}),
                HasSubstr("--status-listen"));
    EXPECT_THAT(refusal({"--manifests", "d", "--status-listen", "localhost:1"}),
                HasSubstr("--status-listen"));
    EXPECT_THAT(refusal({"--manifests", "d", "--log-level", "loud"}), HasSubstr("--log-level"));
    EXPECT_THAT(refusal({"--manifests", "d", "--push-listen", "127.0.0.1:0"}),
                HasSubstr("--tls-cert"));
    EXPECT_THAT(refusal({"--manifests", "d", "--tls-key", "k"}), HasSubstr("--tls-key"));
    EXPECT_THAT(refusal({"--manifests", "d", "--unknown"}), HasSubstr("--unknown"));
}

TEST(Flags, TakesTheKubernetesApiInPlaceOfManifests) {
    auto const flags = parsed<RunFlags>({"--kubeconfig", "config", "--namespace", "a",
                                         "--namespace", "b", "--lease", "ns/name", "--identity",
                                         "pod-1", "--gateway-service", "ns/edge"});
    ASSERT_TRUE(flags.kube);
    EXPECT_EQ(flags.kube->kubeconfig, "config");
    EXPECT_THAT(flags.kube->namespaces, ElementsAre("a", "b"));
    EXPECT_EQ(flags.kube->candidacy.name_space, "ns");
    EXPECT_EQ(flags.kube->candidacy.name, "name");
    EXPECT_THAT(flags.kube->candidacy.identity, ::testing::StartsWith("pod-1_"));
    EXPECT_EQ(flags.kube->gateway_service, "ns/edge");
    EXPECT_TRUE(parsed<RunFlags>({"--in-cluster"}).kube);
}

TEST(Flags, NeverUsesAnIdentityTwice) {
    auto const identity = [] {
        return parsed<RunFlags>({"--in-cluster", "--identity", "pod-1"}).kube->candidacy.identity;
    };
    EXPECT_NE(identity(), identity());
}

TEST(Flags, WantsOnePlaceWhereObjectsComeFrom) {
    EXPECT_THAT(refusal({"--in-cluster", "--manifests", "d"}), HasSubstr("--manifests"));
    EXPECT_THAT(refusal({"--in-cluster", "--kubeconfig", "f"}), HasSubstr("--kubeconfig"));
}

TEST(Flags, WantsTimesOfTheElectionThatFitTogether) {
    EXPECT_THAT(refusal({"--in-cluster", "--leader-elect-renew-deadline", "20s"}),
                HasSubstr("--leader-elect"));
    EXPECT_THAT(refusal({"--in-cluster", "--lease", "nowhere"}), HasSubstr("--lease"));
}

TEST(Flags, MayServeSomeGatewaysOnly) {
    auto const flags = parsed<RunFlags>({"--manifests", "d", "--gateway", "infra/edge"});
    EXPECT_TRUE(flags.served.has("infra/edge"));
    EXPECT_FALSE(flags.served.has("infra/another"));
    EXPECT_TRUE(parsed<RunFlags>({"--manifests", "d"}).served.has("infra/another"));
    EXPECT_THAT(refusal({"--manifests", "d", "--gateway", "edge"}), HasSubstr("--gateway"));
}

TEST(Flags, ReadsTranslate) {
    auto const options = parsed<TranslateOptions>({"translate", "-f", "a.yaml", "-f", "b.yaml"});
    EXPECT_THAT(options.files, ElementsAre("a.yaml", "b.yaml"));
    EXPECT_NE(refusal({"translate"}), "");
}

TEST(Flags, ReadsCertgen) {
    auto const options = parsed<CertgenOptions>(
        {"certgen", "--out", "dir", "--gateway", "default/edge", "--gateway", "default/inner",
         "--ca", "old", "--dns", "a.example", "--dns", "b.example", "--days", "30"});
    EXPECT_EQ(options.out, "dir");
    EXPECT_EQ(options.ca, "old");
    EXPECT_THAT(options.leaves.gateways, ElementsAre("default/edge", "default/inner"));
    EXPECT_THAT(options.leaves.dns, ElementsAre("a.example", "b.example"));
    EXPECT_EQ(options.leaves.days, 30);
}

TEST(Flags, GivesCertgenItsDefaults) {
    auto const options =
        parsed<CertgenOptions>({"certgen", "--out", "dir", "--gateway", "default/edge"});
    EXPECT_THAT(options.leaves.dns, ElementsAre("localhost", "holdfast-controller"));
    EXPECT_EQ(options.leaves.days, 365);
}

TEST(Flags, ReadsCertgenForSecrets) {
    auto const options = parsed<CertgenSecretsOptions>(
        {"certgen", "--secrets", "ns/edge", "--gateway", "default/edge", "--dns", "a.example"});
    EXPECT_EQ(options.name_space, "ns");
    EXPECT_EQ(options.prefix, "edge");
    EXPECT_EQ(options.kubeconfig, "");
    EXPECT_THAT(options.leaves.dns, ElementsAre("a.example"));
    auto const outside = parsed<CertgenSecretsOptions>(
        {"certgen", "--secrets", "ns/edge", "--gateway", "g/g", "--kubeconfig", "config"});
    EXPECT_EQ(outside.kubeconfig, "config");
}

TEST(Flags, WantsOnePlaceWhereCertgenWrites) {
    auto const refused = [](std::vector<char const*> more) {
        more.insert(more.begin(), {"certgen", "--gateway", "default/edge"});
        return refusal(more);
    };
    EXPECT_THAT(refused({"--out", "dir", "--secrets", "ns/edge"}), HasSubstr("--secrets"));
    EXPECT_THAT(refused({"--secrets", "edge"}), HasSubstr("--secrets"));
    EXPECT_THAT(refused({"--secrets", "ns/edge", "--ca", "dir"}), HasSubstr("--ca"));
    EXPECT_THAT(refused({"--out", "dir", "--kubeconfig", "file"}), HasSubstr("--kubeconfig"));
}

TEST(Flags, NamesTheFlagOfCertgenThatIsWrong) {
    EXPECT_THAT(refusal({"certgen", "--gateway", "default/edge"}), HasSubstr("--out"));
    EXPECT_THAT(refusal({"certgen", "--out", "dir"}), HasSubstr("--gateway"));
    EXPECT_THAT(refusal({"certgen", "--out", "d", "--gateway", "g", "--days", "0"}),
                HasSubstr("--days"));
    EXPECT_THAT(refusal({"certgen", "--out", "d", "--gateway", "g", "--manifests", "m"}),
                HasSubstr("--manifests"));
}

TEST(Flags, AnswersHelpOnStandardOutput) {
    auto const result = parse({"--help"});
    auto const& exit = std::get<EarlyExit>(result);
    EXPECT_EQ(exit.code, 0);
    EXPECT_THAT(exit.out, HasSubstr("--manifests"));
    EXPECT_EQ(exit.error, "");
}

}  // namespace
}  // namespace holdfast::controller
