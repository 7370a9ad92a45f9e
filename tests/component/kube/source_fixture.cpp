#include "tests/component/kube/source_fixture.hpp"

#include <algorithm>
#include <thread>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

std::uint64_t version_of(Object const& object) {
    return std::visit([](auto const& it) { return it->meta.resource_version; }, object);
}

/// `watch from 10` for a watch, the query for a list.
std::string what_is_asked(std::string query) {
    if (query.starts_with('?')) query.erase(0, 1);
    if (!query.starts_with("watch")) return query;
    constexpr std::string_view kName = "resourceVersion=";
    std::size_t const begin = query.find(kName) + kName.size();
    return "watch from " + query.substr(begin, query.find('&', begin) - begin);
}

}  // namespace

SourceTest::SourceTest() {
    cluster_.serve_on(server_);
    way_.server = server_.url();
}

SourceTest::~SourceTest() {
    source_.reset();
    cluster_.end();
}

KubeOptions SourceTest::quick() {
    return {.namespaces = {},
            .served = {},
            .stored = {},
            .denied_wait = 60s,
            .times = {.silence = 60s,
                      .pause = 10ms,
                      .pause_max = 50ms,
                      .short_watch = 1s,
                      .missing_pause = 10ms}};
}

void SourceTest::start(KubeOptions options) {
    transport_ = cpprest_transport(way_);
    source_ = std::make_unique<KubeSource>(*transport_, std::move(options));
    source_->start({
        .changed = [this](Changes const& changes) { take(changes); },
        .synced =
            [this] {
                std::lock_guard const lock(mutex_);
                synced_ = true;
                told_.notify_all();
            },
        .reported = [this](SourceReport const& report) { take(report); },
    });
}

void SourceTest::take(Changes const& changes) {
    std::lock_guard const lock(mutex_);
    if (!changes.upserts.empty() || !changes.removes.empty()) ++deliveries_;
    for (Object const& object : changes.upserts) {
        delivered_[to_string(id_of(object))] = version_of(object);
    }
    for (ObjectId const& id : changes.removes) {
        delivered_.erase(to_string(id));
    }
    told_.notify_all();
}

void SourceTest::take(SourceReport const& report) {
    std::lock_guard const lock(mutex_);
    report_ = report;
    for (SourceProblem const& one : report.problems) {
        problems_ever_.insert(one.problem.object + ": " + one.problem.message);
    }
    told_.notify_all();
}

void SourceTest::first_list(std::string const& resource, Script script) {
    server_.once(FakeCluster::path(resource) + "?limit=500&resourceVersion=0", std::move(script));
}

void SourceTest::first_watch(std::string const& resource, Script script) {
    server_.once(FakeCluster::path(resource) + "?watch", std::move(script));
}

void SourceTest::expect_delivered() {
    bool const same = wait([this] { return synced_ && delivered_ == cluster_.objects(); });
    std::lock_guard const lock(mutex_);
    EXPECT_TRUE(same) << "delivered: " << testing::PrintToString(delivered_)
                      << "\nthe cluster has: " << testing::PrintToString(cluster_.objects());
}

std::vector<std::string> SourceTest::asked(std::string const& resource, std::size_t count) {
    std::string const path = FakeCluster::path(resource).substr(4);
    std::vector<std::string> all;
    TimePoint const deadline = Clock::now() + kPatience;
    while (all.size() < count && Clock::now() < deadline) {
        all.clear();
        for (test::ApiRequest const& request : server_.requests()) {
            if (!request.target.starts_with(path) || all.size() == count) continue;
            all.push_back(what_is_asked(request.target.substr(path.size())));
        }
        std::this_thread::yield();
    }
    return all;
}

CollectionReport SourceTest::of(std::string const& resource) const {
    auto const found =
        std::ranges::find(report_.collections, resource, &CollectionReport::resource);
    return found == report_.collections.end() ? CollectionReport() : *found;
}

bool SourceTest::has_problem(std::string const& object, std::string const& part) const {
    return std::ranges::any_of(report_.problems, [&](SourceProblem const& one) {
        return one.problem.object == object && one.problem.message.find(part) != std::string::npos;
    });
}

}  // namespace holdfast::controller::kube
