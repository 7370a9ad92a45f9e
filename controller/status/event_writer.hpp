#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "controller/kube/event_recorder.hpp"
#include "controller/kube/transport.hpp"
#include "controller/status/leader_report.hpp"
#include "controller/status/leadership.hpp"
#include "controller/status/server_pause.hpp"
#include "controller/status/told_troubles.hpp"

namespace holdfast::controller {

/// Sends Events to the API server while this controller leads, one after another.
///
/// Events help their readers, and statuses are the truth: of too many Events the last ones are
/// dropped (EventRecorder), and so is one that the server does not take. A server that takes
/// nothing now is left alone for a while.
///
/// Threads   one of its own, between construction and stop(); every method from any.
/// Lifetime  `transport` outlives it.
class EventWriter {
public:
    /// `instance` names this process in Events.
    EventWriter(kube::Transport& transport, Leadership leadership, std::string instance);
    ~EventWriter();
    EventWriter(EventWriter const&) = delete;
    EventWriter& operator=(EventWriter const&) = delete;

    /// Leadership has begun. What waits since an earlier time is dropped: it may be days old.
    void elected();
    /// Leadership has ended, and so does the request that is under way.
    void demoted();
    /// Sends them soon. Does not wait.
    void record(std::vector<kube::Event> const& events);
    /// Sends what waits while this controller leads, but for no longer than
    /// limits::event_flush_timeout; then nothing any more. Idempotent.
    void stop();

    [[nodiscard]] EventCounts counts() const;

private:
    struct Task {
        kube::Request request;
        std::stop_token term_end;  ///< Of the term that it is part of.
    };

    void run(std::stop_token const& stop);
    void end_term();
    [[nodiscard]] std::optional<Task> wait_for_task(std::stop_token const& stop);
    [[nodiscard]] std::optional<kube::Request> next();
    void answered(Task task, Outcome<kube::Answer> const& answer);
    void sent(kube::Request const& request);
    void refused(kube::Request request, Outcome<kube::Answer> const& answer);

    kube::Transport& transport_;
    Leadership const leadership_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    kube::EventRecorder recorder_;        ///< Under mutex_, like all that follows.
    std::stop_source term_end_;           ///< Of the present term, or the last one.
    std::optional<kube::Request> again_;  ///< Was refused when all was.
    int tries_ = 0;                       ///< Of `again_`.
    TimePoint swept_at_;
    bool idle_ = false;  ///< The thread found nothing to send, and nothing has come since.
    ServerPause pause_;
    ToldTroubles troubles_;
    EventCounts counts_;
    std::jthread thread_;
};

}  // namespace holdfast::controller
