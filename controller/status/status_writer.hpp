#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/backoff.hpp"
#include "controller/kube/event_recorder.hpp"
#include "controller/kube/transport.hpp"
#include "controller/status/leader_report.hpp"
#include "controller/status/status_book.hpp"

namespace holdfast::controller {

/// Writes statuses and Events to the API server while this controller leads.
///
/// Trouble here never reaches the tables: it has a thread of its own, waits, and goes on.
///
/// Threads   one of its own, between construction and destruction; every method from any.
/// Lifetime  `transport` outlives it; `leads` is called on its thread, before every write, and must
///           not call back.
class StatusWriter {
public:
    /// `instance` names this process in Events.
    StatusWriter(kube::Transport& transport, std::function<bool()> leads, std::string instance,
                 Served served = {});
    ~StatusWriter();
    StatusWriter(StatusWriter const&) = delete;
    StatusWriter& operator=(StatusWriter const&) = delete;

    void stored(std::vector<kube::StoredStatus> statuses);
    void want(Statuses statuses);
    /// Leadership has begun: everything is compared anew.
    void elected();
    /// Writes nothing any more; returns when the last request has ended. Idempotent.
    void stop();

    [[nodiscard]] WriteCounts counts() const;

private:
    void run(std::stop_token const& stop);
    [[nodiscard]] std::optional<StatusWrite> wait_for_write(std::stop_token const& stop);
    void write(StatusWrite const& write, std::stop_token const& stop);
    void settle_conflict(StatusWrite const& write, std::stop_token const& stop);
    void put_off(StatusWrite const& write, Outcome<kube::Answer> const& answer);
    void record(StatusWrite const& write);
    void send_events(std::stop_token const& stop);

    kube::Transport& transport_;
    std::function<bool()> leads_;
    Backoff backoff_;  // The thread's own, like the recorder.
    kube::EventRecorder recorder_;
    TimePoint resume_at_;       // Nothing is sent before.
    std::string told_trouble_;  // Said once, not for every object.
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    StatusBook book_;  ///< Under mutex_, like the counts.
    WriteCounts counts_;
    std::jthread thread_;
};

}  // namespace holdfast::controller
