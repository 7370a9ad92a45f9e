// Goal: what the API server has is delivered, with the Secrets that it takes and no others. Method:
// an API server of the test's own behind the transport; what the source calls is recorded.
#include "controller/kube/kube_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "common/base/limits.hpp"
#include "tests/support/fake_transport.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using Method = test::FakeTransport::Method;

/// Lists that can be changed, and watches to which lines can be sent.
class FakeApi {
public:
    FakeApi() {
        for (char const* path : {"/apis/gateway.networking.k8s.io/v1/gatewayclasses", kNamespaces,
                                 kGateways, "/apis/holdfast.dev/v1alpha1/websocketroutes", kGrants,
                                 "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices"}) {
            list(path, "");
        }
    }
    /// `items` are objects of JSON with commas between them.
    void list(std::string const& path, std::string const& items) {
        transport.on(Method::get, path,
                     [this, path, items](auto const&, auto const& on_bytes, std::stop_token stop) {
                         if (on_bytes) return stream(path, on_bytes, stop);
                         return Outcome<Answer>(Answer{
                             200,
                             R"({"kind":"List","metadata":{"resourceVersion":"10"},"items":[)" +
                                 items + "]}",
                             std::nullopt});
                     });
    }
    void send(std::string const& path, std::string const& type, std::string const& object) {
        std::lock_guard const lock(mutex_);
        lines_[path] += R"({"type":")" + type + R"(","object":)" + object + "}\n";
        changed_.notify_all();
    }

    static constexpr std::size_t kKinds = 7;
    static constexpr char const* kNamespaces = "/api/v1/namespaces";
    static constexpr char const* kGrants =
        "/apis/gateway.networking.k8s.io/v1beta1/referencegrants";
    static constexpr char const* kGateways = "/apis/gateway.networking.k8s.io/v1/gateways";
    test::FakeTransport transport;

private:
    Outcome<Answer> stream(std::string const& path, test::FakeTransport::OnBytes const& on_bytes,
                           std::stop_token const& stop) {
        on_bytes({});
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [&] { return !lines_[path].empty(); })) {
            std::string const bytes = std::exchange(lines_[path], {});
            lock.unlock();
            on_bytes(bytes);
            lock.lock();
        }
        return Failure{{}, "stopped"};
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, std::string> lines_;
};

std::string gateway(std::string const& secret, int version = 11) {
    std::string const tls =
        secret.empty() ? "" : R"(,"tls":{"certificateRefs":[{"name":")" + secret + R"("}]})";
    return R"({"metadata":{"namespace":"infra","name":"edge","resourceVersion":")" +
           std::to_string(version) +
           R"(","uid":"u-1","generation":3},)"
           R"("spec":{"gatewayClassName":"holdfast","listeners":[{"name":"wss","port":8443,)"
           R"("protocol":"HTTPS")" +
           tls + R"(}]},"status":{"x":1}})";
}

/// A Gateway whose listener admits routes by the labels of their namespaces.
std::string selecting_gateway() {
    std::string text = gateway("");
    std::string const before = R"("protocol":"HTTPS")";
    text.insert(text.find(before) + before.size(),
                R"(,"allowedRoutes":{"namespaces":{"from":"Selector","selector":{}}})");
    return text;
}

std::string secret(std::string const& name) {
    return R"({"metadata":{"namespace":"infra","name":")" + name +
           R"(","resourceVersion":"12"},"type":"kubernetes.io/tls","data":{}})";
}

/// Gateways that no release can read.
std::string broken_gateways(std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        std::string one = gateway("");
        one.replace(one.find("8443"), 4, "0");
        one.replace(one.find("edge"), 4, "edge" + std::to_string(i));
        all += (i == 0 ? "" : ",") + one;
    }
    return all;
}

/// A Gateway whose listeners name so many Secrets.
std::string gateway_of_secrets(std::size_t count) {
    constexpr std::size_t kRefsPerListener = 64;
    std::string listeners;
    for (std::size_t i = 0; i < count; ++i) {
        std::string const number = std::to_string(i);
        if (i % kRefsPerListener == 0) {
            listeners += (i == 0 ? "" : "]}},") + (R"({"name":"l)" + number) +
                         R"(","port":8443,"protocol":"HTTPS","tls":{"certificateRefs":[)";
        }
        listeners += (i % kRefsPerListener == 0 ? "" : ",") + (R"({"name":"s)" + number) + R"("})";
    }
    return R"({"metadata":{"namespace":"infra","name":"edge","resourceVersion":"11"},)"
           R"("spec":{"gatewayClassName":"holdfast","listeners":[)" +
           listeners + "]}}]}}";
}

std::string secret_path(std::string const& name) {
    return "/api/v1/namespaces/infra/secrets?fieldSelector=metadata.name%3D" + name + "&";
}

/// What the source told so far.
struct Told {
    std::set<std::string> held;
    std::vector<std::string> steps;
    std::vector<StoredStatus> stored;
    std::set<std::string> gone;
    model::SourceVector sources;
    SourceReport report;
    bool synced = false;

    bool holds(std::string const& object) const { return held.contains(object); }
};

class KubeSourceTest : public ::testing::Test {
protected:
    void start(KubeOptions options = {}) {
        options.stored = [this](std::vector<StoredStatus> stored) {
            tell([&](Told& told) { std::ranges::move(stored, std::back_inserter(told.stored)); });
        };
        options.gone = [this](std::vector<ObjectId> const& gone) {
            tell([&](Told& told) {
                for (ObjectId const& id : gone) {
                    told.gone.insert(to_string(id));
                }
            });
        };
        source_.emplace(api_.transport, std::move(options));
        source_->start({
            .changed =
                [this](Changes const& changes) {
                    EXPECT_FALSE(changes.empty());
                    tell([&](Told& told) {
                        for (auto const& [collection, version] : changes.sources) {
                            told.sources[collection] = version;
                        }
                        for (Object const& object : changes.upserts) {
                            told.held.insert(to_string(id_of(object)));
                            told.steps.push_back(to_string(id_of(object)));
                        }
                        for (ObjectId const& id : changes.removes) {
                            told.held.erase(to_string(id));
                            told.steps.push_back("no " + to_string(id));
                        }
                    });
                },
            .synced = [this] { tell([](Told& told) { told.synced = true; }); },
            .reported =
                [this](SourceReport const& report) {
                    tell([&](Told& told) { told.report = report; });
                },
        });
    }
    /// Waits for what the source tells to come true; a copy, as its threads go on telling.
    Told wait(std::function<bool(Told const&)> const& condition) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return condition(told_); }))
            << ::testing::PrintToString(told_.steps);
        return told_;
    }
    Told wait_synced() {
        return wait([](Told const& told) { return told.synced; });
    }
    Told wait_held(std::string const& object) {
        return wait([&](Told const& told) { return told.holds(object); });
    }
    /// The first fault that is reported; one without text where none was in time.
    Problem wait_problem() {
        auto const told = wait([](Told const& so_far) { return !so_far.report.problems.empty(); });
        return told.report.problems.empty() ? Problem{} : told.report.problems[0].problem;
    }
    void wait_no_problem() {
        wait([](Told const& told) { return told.report.problems.empty(); });
    }
    Told told() {
        std::lock_guard const lock(mutex_);
        return told_;
    }
    void deny(std::string const& path) { api_.transport.on(Method::get, path, test::answer(403)); }
    /// Waits for nothing that it can do without.
    static KubeOptions impatient() {
        KubeOptions options;
        options.denied_wait = 0ms;
        options.times.pause = 1ms;
        options.times.pause_max = 1ms;
        options.times.missing_pause = 1ms;
        return options;
    }
    /// Everything else has been read, this has been refused once more, and still it is not synced.
    void must_wait_for(std::string const& resource, std::string const& path) {
        wait([&](Told const& told) {
            auto const stands = [&](CollectionReport const& one) {
                return one.synced != (one.resource == resource);
            };
            return told.report.collections.size() == FakeApi::kKinds &&
                   std::ranges::all_of(told.report.collections, stands);
        });
        auto const of_it = [&](auto const& request) { return request.target.starts_with(path); };
        auto const asked = std::ranges::count_if(api_.transport.requests(), of_it);
        api_.transport.wait_for(Method::get, path, static_cast<std::size_t>(asked) + 2);
        EXPECT_FALSE(told().synced);
        EXPECT_EQ(wait_problem().object, resource);
    }

    FakeApi api_;

private:
    template <class Change>
    void tell(Change change) {
        std::lock_guard const lock(mutex_);
        change(told_);
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    Told told_;

protected:
    std::optional<KubeSource> source_;
};

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
    constexpr char const* kSecrets = "/api/v1/namespaces/infra/secrets";
    api_.list(FakeApi::kGateways, gateway_of_secrets(limits::watched_secrets_max + 1));
    api_.list(kSecrets, "");
    start();
    EXPECT_TRUE(wait_synced().holds("Gateway infra/edge"));
    EXPECT_EQ(wait_problem().object, "secrets");
    std::set<std::string> read;
    for (auto const& request : api_.transport.requests()) {
        std::string const& target = request.target;
        if (target.starts_with(kSecrets)) read.insert(target.substr(0, target.find('&')));
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
