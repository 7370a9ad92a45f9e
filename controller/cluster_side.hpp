#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "common/base/failure.hpp"
#include "controller/flags.hpp"
#include "controller/kube/election.hpp"
#include "controller/kube/kube_source.hpp"
#include "controller/kube/transport.hpp"
#include "controller/status/event_writer.hpp"
#include "controller/status/leader_report.hpp"
#include "controller/status/leadership.hpp"
#include "controller/status/status_writer.hpp"

namespace holdfast::controller {

/// All that a controller needs the Kubernetes API for: the source of its objects, the election of
/// who writes, and the writer of statuses.
///
/// Losing the lease, or the API server, ends the writing and nothing else.
class ClusterSide {
public:
    /// Errors  the cluster's address or our credentials are not to be had.
    [[nodiscard]] static Outcome<std::unique_ptr<ClusterSide>> open(KubeFlags const& flags,
                                                                    Served const& served);

    ClusterSide(std::unique_ptr<kube::Transport> transport, KubeFlags const& flags,
                Served const& served);
    ~ClusterSide();
    ClusterSide(ClusterSide const&) = delete;
    ClusterSide& operator=(ClusterSide const&) = delete;

    [[nodiscard]] Source& source() noexcept { return source_; }

    /// Takes part in the election from now on. `elected` is called on a thread of its own, whenever
    /// this controller begins to lead. Call once.
    void campaign(std::function<void()> elected);
    /// As of StatusWriter: while this controller leads, and what it then wants to be written.
    [[nodiscard]] std::optional<Term> term() const { return writer_.term(); }
    void want(Term term, WantedStatuses statuses) { writer_.want(term, std::move(statuses)); }
    /// Ends the writing, sends Events that wait for a moment more, then gives the lease back, so
    /// that another one may write at once. Blocks limits::event_flush_timeout and
    /// limits::lease_release_timeout at the longest; hurry() ends the latter. Idempotent.
    void stop_leading();
    /// Ends a stop_leading() that is under way on another thread: the lease expires then.
    void hurry();

    [[nodiscard]] LeaderReport report() const;

private:
    [[nodiscard]] Leadership leadership() const;
    [[nodiscard]] bool leads() const noexcept;

    std::unique_ptr<kube::Transport> transport_;
    kube::Candidacy candidacy_;
    std::optional<kube::Election> election_;                 ///< From campaign() on.
    std::atomic<kube::Election const*> campaign_ = nullptr;  ///< The same, for other threads.
    EventWriter events_;
    StatusWriter writer_;
    kube::KubeSource source_;  ///< Last, so that its threads end before what they tell.
};

}  // namespace holdfast::controller
