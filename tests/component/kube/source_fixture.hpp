#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "controller/kube/cpprest_transport.hpp"
#include "controller/kube/kube_source.hpp"
#include "tests/component/kube/fake_cluster.hpp"
#include "tests/support/fake_api_server.hpp"

namespace holdfast::controller::kube {

/// A KubeSource that reads a FakeCluster over real connections. A test scripts what goes wrong, by
/// server_.once() before start().
class SourceTest : public testing::Test {
protected:
    using Script = test::FakeApiServer::Script;

    SourceTest();
    ~SourceTest() override;

    void start(KubeOptions options = quick());
    /// Failures are followed by short pauses; nothing is silent for long enough.
    [[nodiscard]] static KubeOptions quick();

    /// The first list, and the first watch of a resource.
    void first_list(std::string const& resource, Script script);
    void first_watch(std::string const& resource, Script script);

    /// Waits until `condition`, which runs with what the source tells, is true.
    template <class Condition>
    [[nodiscard]] bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return told_.wait_for(lock, kPatience, condition);
    }
    /// Waits until what has been delivered is what the cluster has.
    void expect_delivered();
    /// The first requests for a resource, waited for: the query of a list, and `watch from N`.
    [[nodiscard]] std::vector<std::string> asked(std::string const& resource, std::size_t count);
    /// As of the last report, in a wait() only.
    [[nodiscard]] CollectionReport of(std::string const& resource) const;
    [[nodiscard]] bool has_problem(std::string const& object, std::string const& part) const;

    FakeCluster cluster_;
    test::FakeApiServer server_;
    Cluster way_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<KubeSource> source_;

    std::map<std::string, std::uint64_t> delivered_;  ///< As FakeCluster::objects().
    std::size_t deliveries_ = 0;                      ///< Of objects, or their ends.
    SourceReport report_;
    std::set<std::string> problems_ever_;  ///< `object: message`.
    bool synced_ = false;

private:
    static constexpr auto kPatience = std::chrono::seconds(20);

    void take(Changes const& changes);
    void take(SourceReport const& report);

    std::mutex mutex_;
    std::condition_variable told_;
};

}  // namespace holdfast::controller::kube
