#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/clock.hpp"
#include "controller/kube/elector.hpp"
#include "controller/kube/lasting_trouble.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// What an election calls on its own thread, in turns, elected() first. They must return soon: no
/// renewal is sent meanwhile. They must not call stop().
struct ElectionEvents {
    std::function<void()> elected;
    /// Comes late when the thread is stuck in a request or stalled; leads() is never late.
    std::function<void(std::string const& reason)> demoted;
};

/// How an election stands, for people.
struct ElectionState {
    std::string holder;       ///< As last seen, if it has expired too; empty: nobody.
    std::string trouble;      ///< Why the lease cannot be read or taken; empty: it can.
    TimePoint trouble_since;  ///< Of `trouble`.
};

/// Campaigns for a Lease from its construction until stop(), on a thread of its own.
///
/// A write that only the leader may do is preceded by leads() and carries a resourceVersion: what
/// is under way when leadership ends cannot be called back.
///
/// Threads   leads(), state() and abandon() from any; the rest from the owner's.
/// Lifetime  `transport` outlives it.
class Election {
public:
    Election(Transport& transport, Candidacy candidacy, ElectionEvents events);
    Election(Election const&) = delete;
    Election& operator=(Election const&) = delete;
    ~Election();

    /// Whether this process leads at this instant, by the clock: false at the renew deadline even
    /// if the election's thread has not come to know it, and once stop() is called.
    [[nodiscard]] bool leads() const noexcept;

    [[nodiscard]] ElectionState state() const;

    /// Ends leadership, calls demoted() if it led, gives the lease back, and joins the thread.
    /// Returns soon after release_timeout() at the latest, or after abandon().
    void stop();

    /// Makes stop() return at once, also one that is under way: a lease that is not given back by
    /// then expires. From any thread.
    void abandon();

private:
    void run();
    void tell(TimePoint now);
    void tell_trouble(TimePoint now);
    void wait(TimePoint until);
    [[nodiscard]] LeaseAnswer carry_out(LeaseStep const& step);
    [[nodiscard]] std::stop_token interruption() const;

    Transport& transport_;
    std::string collection_;  ///< Path of the namespace's Leases.
    std::string path_;        ///< Of the Lease.
    std::string identity_;
    std::chrono::milliseconds release_timeout_;
    ElectionEvents events_;
    std::stop_source stop_;     ///< Ends the campaign.
    std::stop_source abandon_;  ///< Ends the release.
    std::atomic<TimePoint> leads_until_{TimePoint::min()};

    // The thread's own.
    Elector elector_;
    bool released_ = false;
    bool told_leading_ = false;
    LastingTrouble trouble_;
    std::string told_holder_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    bool finished_ = false;  ///< Under mutex_.
    ElectionState state_;    ///< Under mutex_.
    std::thread thread_;
};

}  // namespace holdfast::controller::kube
