#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "controller/kube/collection_watch.hpp"
#include "controller/kube/source_report.hpp"
#include "controller/kube/waiting_changes.hpp"
#include "controller/kube/wanted.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller::kube {

/// What a KubeSource reads, and whom it tells besides.
struct KubeOptions {
    std::vector<std::string> namespaces;  ///< Only these are read; empty: all.
    Served served;                        ///< Whose Secrets are read.
    /// Told, on a thread of the source, of every object whose status is ours, before the object
    /// itself is delivered.
    std::function<void(std::vector<StoredStatus>)> stored;
    /// Told in the same way of every object, of whatever kind, that is gone.
    std::function<void(std::vector<ObjectId> const&)> gone{};
    /// How long the first tables wait for kinds that may not be read, and that they can lack.
    std::chrono::milliseconds denied_wait{60'000};
    ReflectorTimes times{};
};

/// The Kubernetes API as a source: one watch per kind, and one per Secret that a listener of ours
/// names.
///
/// A change of a Gateway waits until the Secrets that it names have been read: what is handed on
/// never has a listener without its certificate only because the certificate is on its way. What it
/// named before is read for so long as well, so that there may be twice
/// limits::watched_secrets_max watches for a while.
///
/// Threads  one per watch, in start() and stop() only the caller's; calls out one at a time.
class KubeSource final : public Source, private WatchOwner {
public:
    /// Lifetime  `transport` outlives it.
    KubeSource(Transport& transport, KubeOptions options);
    ~KubeSource() override;

    void start(SourceEvents events) override;
    void stop() override;

private:
    using Watches = std::map<Collection, std::unique_ptr<CollectionWatch>>;

    void delivered(CollectionWatch& watch, Batch batch) override;
    void moved(CollectionWatch& watch) override;

    // All of these are called with mutex_ held.
    void add(Watches& watches, Collection const& collection);
    [[nodiscard]] bool is_current(CollectionWatch const& watch) const;
    void want_secrets();
    [[nodiscard]] bool wanted_secrets_are_read() const;
    void drop_secrets(Changes& changes);
    void hand_on_waiting();
    void hand_on(Changes changes);
    [[nodiscard]] std::vector<Standing> standings() const;
    [[nodiscard]] bool everything_is_read(std::vector<Standing> const& watches,
                                          TimePoint now) const;
    [[nodiscard]] bool can_lack(std::string_view kind, Trouble::Kind trouble) const;
    void report(std::vector<Standing> const& watches);

    Transport& transport_;
    KubeOptions options_;
    SourceEvents events_;
    std::mutex mutex_;
    Watches watches_;
    Watches secrets_;
    std::vector<std::unique_ptr<CollectionWatch>> ending_;  ///< Stopped, perhaps not yet ended.
    GatewayNeeds needs_;
    std::set<Collection> wanted_secrets_;    ///< Of all Gateways, those that wait included.
    std::set<Collection> secrets_in_force_;  ///< Of the Gateways as they have been handed on.
    std::set<ObjectId> delivered_;           ///< What has been handed on, and not taken back.
    WaitingChanges waiting_;                 ///< Of Gateways whose Secrets are on their way.
    SourceReport reported_;
    TimePoint started_;
    std::size_t secrets_left_out_ = 0;  ///< Beyond limits::watched_secrets_max.
    std::uint64_t last_seed_ = 0;
    bool synced_ = false;
    bool stopping_ = false;
};

}  // namespace holdfast::controller::kube
