#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/fake_api_server.hpp"

namespace holdfast::controller::kube {

/// Objects with resourceVersions and a history, listed and watched as an API server does it.
///
/// Resources are those that a KubeSource reads, by their plural; the objects are in namespace
/// `infra`.
/// Threads   every method from any thread.
/// Lifetime  outlives the server that answers from it; end() comes before the server's end.
class FakeCluster {
public:
    /// From now on `server` answers lists and watches of every resource from here.
    void serve_on(test::FakeApiServer& server);
    /// GET and the path of a resource, up to the query.
    [[nodiscard]] static std::string path(std::string const& resource);

    /// Creates or replaces. Returns the event, as a line of a watch.
    std::string put(std::string const& resource, std::string const& name,
                    std::string const& spec = R"({"ports":[{"port":80}]})");
    /// Time passes in which other resources change.
    void skip(std::uint64_t versions);
    [[nodiscard]] std::string bookmark() const;
    /// Forgets all history: who watches from before now has to list.
    void compact();
    /// A backup of that version is restored.
    void restore(std::uint64_t version);
    /// Ends every watch.
    void end();

    [[nodiscard]] std::uint64_t version() const;
    /// resourceVersions by `Kind namespace/name`.
    [[nodiscard]] std::map<std::string, std::uint64_t> objects() const;

    void list(test::ApiConnection& client, std::string const& resource) const;
    void watch(test::ApiConnection& client, std::string const& resource, std::uint64_t from);

private:
    struct Event {
        std::uint64_t version = 0;
        std::string resource;
        std::string name;
        std::string object;
    };

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;  ///< All there have ever been; the last of each name is the object.
    std::uint64_t version_ = 10;
    std::uint64_t forgotten_ = 0;
    bool ended_ = false;
};

/// A line of a watch: the server cannot go on.
[[nodiscard]] std::string error_event(int code, std::string const& reason);

}  // namespace holdfast::controller::kube
