#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/kube/kube_source.hpp"
#include "tests/support/fake_transport.hpp"

namespace holdfast::controller::kube {

using namespace std::chrono_literals;

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
    static constexpr char const* kSecrets = "/api/v1/namespaces/infra/secrets";
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

inline std::string gateway(std::string const& secret, int version = 11) {
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
inline std::string selecting_gateway() {
    std::string text = gateway("");
    std::string const before = R"("protocol":"HTTPS")";
    text.insert(text.find(before) + before.size(),
                R"(,"allowedRoutes":{"namespaces":{"from":"Selector","selector":{}}})");
    return text;
}

inline std::string secret(std::string const& name) {
    return R"({"metadata":{"namespace":"infra","name":")" + name +
           R"(","resourceVersion":"12"},"type":"kubernetes.io/tls","data":{}})";
}

/// Gateways that no release can read.
inline std::string broken_gateways(std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        std::string one = gateway("");
        one.replace(one.find("8443"), 4, "0");
        one.replace(one.find("edge"), 4, "edge" + std::to_string(i));
        all += (i == 0 ? "" : ",") + one;
    }
    return all;
}

/// A Gateway whose listeners name so many Secrets: `s0`, `s1`, or from another number on.
inline std::string gateway_of_secrets(std::size_t count, std::size_t first = 0) {
    constexpr std::size_t kRefsPerListener = 64;
    std::string listeners;
    for (std::size_t i = 0; i < count; ++i) {
        std::string const number = std::to_string(first + i);
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

inline std::string secret_path(std::string const& name) {
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

}  // namespace holdfast::controller::kube
