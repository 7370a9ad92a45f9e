// Goal: what the API server has is delivered, with the Secrets that it takes and no others. Method:
// an API server of the test's own behind the transport; what the source calls is recorded.
#include <gmock/gmock.h>

#include "common/base/limits.hpp"
#include "tests/unit/kube/kube_source_fixture.hpp"

namespace holdfast::controller::kube {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(KubeSourceTest, DeliversWhatThereIsAndIsSynced) {
    api_.list(FakeApi::kGateways, gateway(""));
    start();
    auto const told = wait_synced();
    EXPECT_TRUE(told.holds("Gateway infra/edge"));
    EXPECT_EQ(told.report.problems.size(), 0u);
}

TEST_F(KubeSourceTest, TellsWhatTheServerHoldsOfAStatus) {
    api_.list(FakeApi::kGateways, gateway(""));
    start();
    auto const stored = wait_synced().stored;
    ASSERT_EQ(stored.size(), 1u);
    EXPECT_EQ(stored[0].id, (ObjectId{"Gateway", "infra/edge"}));
    EXPECT_EQ(stored[0].uid, "u-1");
    EXPECT_EQ(stored[0].resource_version, "11");
    EXPECT_EQ(stored[0].generation, 3);
    EXPECT_EQ(stored[0].status.at("x"), 1);
}

TEST_F(KubeSourceTest, TellsWhatIsGoneBeforeItIsTakenBack) {
    std::string const services = "/api/v1/services";
    std::string const service = R"({"metadata":{"namespace":"infra","name":"chat","uid":"u-2",)"
                                R"("resourceVersion":"12"},"spec":{"ports":[{"port":80}]}})";
    api_.list(services, service);
    start();
    wait_held("Service infra/chat");
    api_.send(services, "DELETED", service);
    auto const told = wait([](Told const& so_far) { return !so_far.holds("Service infra/chat"); });
    EXPECT_TRUE(told.gone.contains("Service infra/chat"));
}

TEST_F(KubeSourceTest, FollowsEvents) {
    start();
    wait_synced();
    api_.send(FakeApi::kGateways, "ADDED", gateway(""));
    wait_held("Gateway infra/edge");
}

TEST_F(KubeSourceTest, TellsHowFarItHasReadWhereNothingChanges) {
    start();
    EXPECT_EQ(wait_synced().sources["services"], 10u);
    api_.send("/api/v1/services", "BOOKMARK", R"({"metadata":{"resourceVersion":"30"}})");
    auto const told = wait([](Told const& so_far) {
        auto const found = so_far.sources.find("services");
        return found != so_far.sources.end() && found->second == 30;
    });
    EXPECT_TRUE(told.steps.empty());
}

TEST_F(KubeSourceTest, WaitsForGoodForAKindThatTablesNeed) {
    deny("/api/v1/services");
    start(impatient());
    must_wait_for("services", "/api/v1/services");
    api_.list("/api/v1/services", "");
    wait_synced();
    wait_no_problem();
}

TEST_F(KubeSourceTest, WaitsForGoodForGrantsThatItMayNotRead) {
    deny(FakeApi::kGrants);
    start(impatient());
    must_wait_for("referencegrants", FakeApi::kGrants);
}

TEST_F(KubeSourceTest, DoesWithoutGrantsThatAreNotDefined) {
    api_.transport.on(Method::get, FakeApi::kGrants, test::answer(404));
    start(impatient());
    wait_synced();
}

TEST_F(KubeSourceTest, WaitsForGoodForNamespacesThatAListenerSelectsBy) {
    api_.list(FakeApi::kGateways, selecting_gateway());
    deny(FakeApi::kNamespaces);
    start(impatient());
    must_wait_for("namespaces", FakeApi::kNamespaces);
}

TEST_F(KubeSourceTest, DoesWithoutNamespacesWhenNoListenerSelectsByThem) {
    api_.list(FakeApi::kGateways, gateway(""));
    deny(FakeApi::kNamespaces);
    start(impatient());
    wait_synced();
}

TEST_F(KubeSourceTest, ReadsTheSecretsThatListenersNameAndNoOthers) {
    api_.list(FakeApi::kGateways, gateway("tls"));
    api_.list(secret_path("tls"), secret("tls"));
    start();
    EXPECT_TRUE(wait_synced().holds("Secret infra/tls"));
    for (auto const& request : api_.transport.requests()) {
        if (request.target.find("secrets") == std::string::npos) continue;
        EXPECT_THAT(request.target, HasSubstr("fieldSelector=metadata.name%3Dtls&"));
    }
}

TEST_F(KubeSourceTest, ReadsNoSecretsOfGatewaysOfOthers) {
    std::string foreign = gateway("tls");
    foreign.replace(foreign.find("holdfast"), 8, "another");
    api_.list(FakeApi::kGateways, foreign);
    start();
    wait_synced();
    for (auto const& request : api_.transport.requests()) {
        EXPECT_THAT(request.target, Not(HasSubstr("secrets")));
    }
}

TEST_F(KubeSourceTest, ReadsNoSecretsOfGatewaysOfOtherReleases) {
    api_.list(FakeApi::kGateways, gateway("tls"));
    start({.namespaces = {}, .served = {{"infra/another"}}, .stored = {}, .denied_wait = 60s});
    wait_synced();
    for (auto const& request : api_.transport.requests()) {
        EXPECT_THAT(request.target, Not(HasSubstr("secrets")));
    }
}

TEST_F(KubeSourceTest, ReadsAtMostSoManySecretsAndTellsOfTheOthers) {
    api_.list(FakeApi::kGateways, gateway_of_secrets(limits::watched_secrets_max + 1));
    api_.list(FakeApi::kSecrets, "");
    start();
    EXPECT_TRUE(wait_synced().holds("Gateway infra/edge"));
    EXPECT_EQ(wait_problem().object, "secrets");
    std::set<std::string> read;
    for (auto const& request : api_.transport.requests()) {
        std::string const& target = request.target;
        if (target.starts_with(FakeApi::kSecrets)) read.insert(target.substr(0, target.find('&')));
    }
    EXPECT_EQ(read.size(), limits::watched_secrets_max);
}

TEST_F(KubeSourceTest, HoldsAGatewayBackUntilItsSecretIsRead) {
    start();
    wait_synced();
    api_.transport.on(Method::get, secret_path("late"), test::unreachable());
    api_.send(FakeApi::kGateways, "ADDED", gateway("late"));
    api_.transport.wait_for(Method::get, secret_path("late"), 2);
    EXPECT_FALSE(told().holds("Gateway infra/edge"));
    api_.list(secret_path("late"), secret("late"));
    auto const steps = wait_held("Gateway infra/edge").steps;
    EXPECT_EQ(steps, (std::vector<std::string>{"Secret infra/late", "Gateway infra/edge"}));
}

TEST_F(KubeSourceTest, DoesNotWaitForASecretThatItMayNotRead) {
    start();
    wait_synced();
    api_.transport.on(Method::get, secret_path("locked"), test::answer(403));
    api_.send(FakeApi::kGateways, "ADDED", gateway("locked"));
    wait_held("Gateway infra/edge");
    EXPECT_EQ(wait_problem().object, "secrets infra/locked");
}

TEST_F(KubeSourceTest, TakesASecretAwayTogetherWithTheLastThatNamedIt) {
    api_.list(FakeApi::kGateways, gateway("tls"));
    api_.list(secret_path("tls"), secret("tls"));
    api_.list(secret_path("other"), secret("other"));
    start();
    wait_synced();
    api_.send(FakeApi::kGateways, "MODIFIED", gateway("other", 20));
    auto const told = wait([](Told const& so_far) { return !so_far.holds("Secret infra/tls"); });
    auto const gone = std::ranges::find(told.steps, "no Secret infra/tls");
    EXPECT_EQ(*std::prev(gone), "Gateway infra/edge");
    EXPECT_THAT(told.held, Contains("Secret infra/other"));
    EXPECT_EQ(told.sources.at("secrets infra/tls"), 0u) << "it is read no more";
    EXPECT_EQ(told.sources.at("secrets infra/other"), 10u);
}

TEST_F(KubeSourceTest, KeepsASecretUntilWhatReplacesItIsReadAlsoAtTheLimit) {
    constexpr std::size_t kMax = limits::watched_secrets_max;
    std::string const newest = "s" + std::to_string(kMax);
    api_.list(FakeApi::kGateways, gateway_of_secrets(kMax));
    api_.list(FakeApi::kSecrets, "");
    api_.list(secret_path("s0"), secret("s0"));
    api_.transport.on(Method::get, secret_path(newest), test::unreachable());
    start();
    wait_synced();
    api_.send(FakeApi::kGateways, "MODIFIED", gateway_of_secrets(kMax, 1));
    api_.transport.wait_for(Method::get, secret_path(newest), 2);
    EXPECT_TRUE(told().holds("Secret infra/s0"));
    api_.list(secret_path(newest), secret(newest));
    auto const told = wait([](Told const& so_far) { return !so_far.holds("Secret infra/s0"); });
    EXPECT_TRUE(told.holds("Secret infra/" + newest));
}

TEST_F(KubeSourceTest, ReadsASecretNoMoreThatOnlyAPassingChangeNamed) {
    start();
    wait_synced();
    api_.list(secret_path("s0"), secret("s0"));
    api_.transport.on(Method::get, secret_path("s1"), test::unreachable());
    api_.send(FakeApi::kGateways, "ADDED", gateway_of_secrets(2));
    wait_held("Secret infra/s0");
    api_.send(FakeApi::kGateways, "MODIFIED", gateway_of_secrets(1, 1));
    auto const told = wait([](Told const& so_far) { return !so_far.holds("Secret infra/s0"); });
    EXPECT_FALSE(told.holds("Gateway infra/edge"));
    EXPECT_EQ(told.sources.at("secrets infra/s0"), 0u);
}

TEST_F(KubeSourceTest, ReadsOnlyTheNamespacesThatItIsGiven) {
    for (char const* path :
         {"/apis/gateway.networking.k8s.io/v1/namespaces/team/",
          "/apis/holdfast.dev/v1alpha1/namespaces/team/",
          "/apis/gateway.networking.k8s.io/v1beta1/namespaces/team/", "/api/v1/namespaces/team/",
          "/apis/discovery.k8s.io/v1/namespaces/team/",
          "/api/v1/namespaces?fieldSelector=metadata.name%3Dteam&"}) {
        api_.list(path, "");
    }
    start({.namespaces = {"team"}, .served = {}, .stored = {}, .denied_wait = 60s});
    wait_synced();
    for (auto const& request : api_.transport.requests()) {
        if (request.target.find("gatewayclasses") != std::string::npos) continue;
        EXPECT_THAT(request.target, HasSubstr("team"));
    }
}

TEST_F(KubeSourceTest, KeepsTheLastVersionOfAnObjectThatItCannotRead) {
    api_.list(FakeApi::kGateways, gateway(""));
    start();
    wait_synced();
    std::string broken = gateway("", 20);
    broken.replace(broken.find("8443"), 4, "0");
    api_.send(FakeApi::kGateways, "MODIFIED", broken);
    EXPECT_EQ(wait_problem().field, "spec.listeners[0].port");
    EXPECT_TRUE(told().holds("Gateway infra/edge"));
    api_.send(FakeApi::kGateways, "MODIFIED", gateway("", 21));
    wait_no_problem();
}

TEST_F(KubeSourceTest, CountsObjectsThatWereNeverGood) {
    std::string broken = gateway("");
    broken.replace(broken.find("8443"), 4, "0");
    api_.list(FakeApi::kGateways, broken);
    start();
    EXPECT_EQ(wait_synced().report.never_good, 1u);
    api_.send(FakeApi::kGateways, "MODIFIED", gateway("", 20));
    wait_no_problem();
    api_.send(FakeApi::kGateways, "MODIFIED", broken);
    (void)wait_problem();
    EXPECT_EQ(told().report.never_good, 0u);
}

TEST_F(KubeSourceTest, CountsEveryObjectThatWasNeverGoodButDoesNotListThemAll) {
    api_.list(FakeApi::kGateways, broken_gateways(limits::source_problems_max + 2));
    start();
    SourceReport const report = wait_synced().report;
    EXPECT_EQ(report.never_good, limits::source_problems_max + 2);
    ASSERT_EQ(report.problems.size(), limits::source_problems_max + 1);
    EXPECT_EQ(report.problems.back().problem.message, "there are more problems than are told");
}

TEST_F(KubeSourceTest, DoesNotWaitForASecretThatNothingNamesAnyMore) {
    start();
    wait_synced();
    api_.transport.on(Method::get, secret_path("bad"), test::unreachable());
    api_.send(FakeApi::kGateways, "ADDED", gateway("bad"));
    api_.transport.wait_for(Method::get, secret_path("bad"), 2);
    api_.list(secret_path("good"), secret("good"));
    api_.send(FakeApi::kGateways, "MODIFIED", gateway("good", 20));
    wait_held("Gateway infra/edge");
}

TEST_F(KubeSourceTest, CountsWhatEachWatchDoes) {
    start();
    wait_synced();
    api_.send(FakeApi::kGateways, "BOOKMARK", R"({"metadata":{"resourceVersion":"30"}})");
    wait([](Told const& told) {
        auto const& collections = told.report.collections;
        auto const found = std::ranges::find(collections, "gateways", &CollectionReport::resource);
        return found != collections.end() && found->synced && found->lists_total == 1;
    });
}

}  // namespace
}  // namespace holdfast::controller::kube
