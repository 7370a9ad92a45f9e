#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "controller/kube/transport.hpp"
#include "controller/status/event_writer.hpp"
#include "controller/status/leader_report.hpp"
#include "controller/status/leadership.hpp"
#include "controller/status/server_pause.hpp"
#include "controller/status/status_book.hpp"
#include "controller/status/told_troubles.hpp"

namespace holdfast::controller {

/// One time of leading, from an election to its end. No two of a process are the same.
enum class Term : std::uint64_t {};

/// Writes statuses to the API server while this controller leads, and has their owners told by
/// Events.
///
/// What was computed in one term is never written in another: the cluster has gone on meanwhile.
/// No write begins once leadership has ended by the clock; one that is under way is given up when
/// demoted() tells, and carries a resourceVersion in case that it arrives all the same.
///
/// Trouble here never reaches the tables: it has threads of its own, waits, and goes on.
///
/// Several are written at a time, never two of one object. A server that refuses all of them is
/// left alone by all.
///
/// Threads   limits::status_writes_at_once of its own, between construction and stop(); every
///           method from any.
/// Lifetime  `transport` and `events` outlive it.
class StatusWriter {
public:
    StatusWriter(kube::Transport& transport, Leadership leadership, EventWriter& events,
                 Served served = {});
    ~StatusWriter();
    StatusWriter(StatusWriter const&) = delete;
    StatusWriter& operator=(StatusWriter const&) = delete;

    /// What the API server has, as a watch tells. To be told at all times, leading or not.
    void stored(std::vector<kube::StoredStatus> statuses);
    /// What is not there any more, as a watch tells.
    void gone(std::vector<ObjectId> const& ids);

    /// Leadership has begun: nothing is wanted yet.
    void elected();
    /// Leadership has ended, and so do the writes that are under way. elected() comes first, then
    /// the two in turns.
    void demoted();
    /// The present term, to be asked for before statuses are computed; nothing while another one
    /// leads.
    [[nodiscard]] std::optional<Term> term() const;
    /// All that objects should have, as computed within `term`; ignored once that has ended.
    void want(Term term, WantedStatuses statuses);

    /// Writes nothing any more; returns when the last requests have ended. Idempotent.
    void stop();

    [[nodiscard]] WriteCounts counts() const;

private:
    struct Task {
        StatusWrite write;
        std::stop_token term_end;  ///< Of the term that it is part of.
    };

    /// To be called with mutex_ held: there is something new for the threads.
    void wake();
    void run(std::stop_token const& stop);
    void end_term();
    [[nodiscard]] std::optional<Task> wait_for_task(std::stop_token const& stop);
    void carry_out(Task const& task);
    [[nodiscard]] kube::Request patch_of(StatusWrite const& write) const;
    void written(StatusWrite const& write, kube::Answer const& answer);
    void read_again(Task const& task, kube::Answer const& refused);
    void leave(StatusWrite const& write);
    void put_off(StatusWrite const& write, Outcome<kube::Answer> const& answer);
    void tell(StatusWrite const& write, Outcome<kube::Answer> const& answer);
    void tell_end(ObjectId const& id);

    [[nodiscard]] bool may_write() const { return leadership_.lasts() && term_; }

    kube::Transport& transport_;
    Leadership const leadership_;
    EventWriter& events_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    StatusBook book_;  ///< Under mutex_, like all that follows.
    std::optional<Term> term_;
    std::stop_source term_end_;  ///< Of the present term, or the last one.
    std::uint64_t terms_count_ = 0;
    ServerPause pause_;
    ToldTroubles troubles_;
    WriteCounts counts_;
    std::uint64_t news_count_ = 0;  ///< What a thread that waits has to look at.
    std::vector<std::jthread> threads_;
};

}  // namespace holdfast::controller
