#include "tests/component/kube/fake_cluster.hpp"

#include <algorithm>
#include <chrono>

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

/// A real server sends a bookmark a minute.
constexpr auto kBookmarkInterval = 100ms;

struct Resource {
    std::string kind;
    std::string group_path;
};

std::map<std::string, Resource> const& resources() {
    static std::map<std::string, Resource> const all{
        {"gatewayclasses", {"GatewayClass", "/apis/gateway.networking.k8s.io/v1/"}},
        {"gateways", {"Gateway", "/apis/gateway.networking.k8s.io/v1/"}},
        {"websocketroutes", {"WebSocketRoute", "/apis/holdfast.dev/v1alpha1/"}},
        {"referencegrants", {"ReferenceGrant", "/apis/gateway.networking.k8s.io/v1beta1/"}},
        {"namespaces", {"Namespace", "/api/v1/"}},
        {"services", {"Service", "/api/v1/"}},
        {"endpointslices", {"EndpointSlice", "/apis/discovery.k8s.io/v1/"}},
    };
    return all;
}

std::string event_line(std::string const& type, std::string const& object) {
    return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

std::string bookmark_at(std::uint64_t version) {
    return event_line("BOOKMARK",
                      R"({"metadata":{"resourceVersion":")" + std::to_string(version) + R"("}})");
}

std::uint64_t place_in(std::string const& target) {
    constexpr std::string_view kName = "resourceVersion=";
    std::size_t const at = target.find(kName);
    return at == std::string::npos ? 0 : std::stoull(target.substr(at + kName.size()));
}

}  // namespace

std::string error_event(int code, std::string const& reason) {
    return event_line("ERROR", R"({"kind":"Status","code":)" + std::to_string(code) +
                                   R"(,"reason":")" + reason + R"(","message":"so it is"})");
}

void FakeCluster::serve_on(test::FakeApiServer& server) {
    for (auto const& [name, resource] : resources()) {
        server.on(path(name), [this, name](auto& client, auto const&) { list(client, name); });
        server.on(path(name) + "?watch", [this, name](auto& client, auto const& request) {
            watch(client, name, place_in(request.target));
        });
    }
}

std::string FakeCluster::path(std::string const& resource) {
    return "GET " + resources().at(resource).group_path + resource;
}

std::string FakeCluster::put(std::string const& resource, std::string const& name,
                             std::string const& spec) {
    std::lock_guard const lock(mutex_);
    std::string object = R"({"metadata":{"namespace":"infra","name":")" + name +
                         R"(","resourceVersion":")" + std::to_string(++version_) + R"("},"spec":)" +
                         spec + '}';
    events_.push_back({version_, resource, name, object});
    changed_.notify_all();
    return event_line("MODIFIED", object);
}

void FakeCluster::skip(std::uint64_t versions) {
    std::lock_guard const lock(mutex_);
    version_ += versions;
    changed_.notify_all();
}

std::string FakeCluster::bookmark() const { return bookmark_at(version()); }

void FakeCluster::compact() {
    std::lock_guard const lock(mutex_);
    forgotten_ = version_;
}

void FakeCluster::restore(std::uint64_t version) {
    std::lock_guard const lock(mutex_);
    version_ = version;
    std::erase_if(events_, [version](Event const& event) { return event.version > version; });
    changed_.notify_all();
}

void FakeCluster::end() {
    std::lock_guard const lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

std::uint64_t FakeCluster::version() const {
    std::lock_guard const lock(mutex_);
    return version_;
}

std::map<std::string, std::uint64_t> FakeCluster::objects() const {
    std::lock_guard const lock(mutex_);
    std::map<std::string, std::uint64_t> all;
    for (Event const& event : events_) {
        all[resources().at(event.resource).kind + " infra/" + event.name] = event.version;
    }
    return all;
}

void FakeCluster::list(test::ApiConnection& client, std::string const& resource) const {
    std::map<std::string, std::string> objects;
    std::unique_lock lock(mutex_);
    for (Event const& event : events_) {
        if (event.resource == resource) objects[event.name] = event.object;
    }
    std::string const version = std::to_string(version_);
    lock.unlock();
    std::string items;
    for (auto const& [name, object] : objects) {
        items += (items.empty() ? "" : ",") + object;
    }
    client.answer(200, R"({"kind":"List","metadata":{"resourceVersion":")" + version +
                           R"("},"items":[)" + items + "]}");
}

void FakeCluster::watch(test::ApiConnection& client, std::string const& resource,
                        std::uint64_t from) {
    client.begin_chunks();
    std::unique_lock lock(mutex_);
    if (from < forgotten_) {
        client.chunk(error_event(410, "Expired"));
        client.end_chunks();
        return;
    }
    while (!ended_ && client.open()) {
        std::string lines;
        for (Event const& event : events_) {
            bool const news = event.resource == resource && event.version > from;
            if (news) lines += event_line("MODIFIED", event.object);
        }
        from = version_;
        lines += bookmark_at(from);
        lock.unlock();
        client.chunk(lines);
        lock.lock();
        changed_.wait_for(lock, kBookmarkInterval, [&] { return ended_ || version_ != from; });
    }
}

}  // namespace holdfast::controller::kube
