#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "dataplane/eviction/pacer.hpp"
#include "dataplane/eviction/sentence.hpp"
#include "dataplane/relay/engine.hpp"

namespace holdfast {

/// Closes a worker's sessions at a pace: all of them when the data plane is drained, and those of
/// a rule when a new table asks for it. Idle sessions go first.
///
/// Wakes every limits::timer_tick while there is something to close.
///
/// Threads   the io_context's one thread.
/// Lifetime  `engine` outlives it.
class SessionCloser {
public:
    SessionCloser(boost::asio::io_context& io, relay::Engine& engine);

    /// Every session is told to close before limits::close_timeout ahead of `deadline`, so that
    /// its peers can answer; what is left then is cut. Again: moves the deadline.
    void drain(TimePoint deadline);
    void cancel_drain();

    using Sentences = std::unordered_map<relay::Terms const*, Sentence>;
    /// What the table that is served now means for the sessions under the terms named. Those that
    /// an earlier call named with the same sentence keep their deadline; those not named stay.
    void carry_out(Sentences const& sentences);

    void stop();

private:
    struct Candidate {
        relay::SessionId id;
        relay::Terms const* terms;
        std::chrono::milliseconds quiet;
    };
    using Candidates = std::vector<Candidate>;

    struct RuleClosing {
        Sentence sentence;
        Pacer pacer;
    };

    void wake();
    void look();
    [[nodiscard]] Candidates candidates() const;
    static void keep_idlest(Candidates& sessions, std::size_t count);
    void close_rules(TimePoint now);
    void close_all(TimePoint now);

    using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                                    boost::asio::io_context::executor_type>;
    Timer timer_;
    relay::Engine& engine_;
    std::unordered_map<relay::Terms const*, RuleClosing> rules_;
    std::optional<Pacer> drain_;
    bool awake_ = false;
    bool stopped_ = false;
};

}  // namespace holdfast
