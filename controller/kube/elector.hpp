#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include "common/base/clock.hpp"
#include "controller/kube/lease.hpp"

namespace holdfast::controller::kube {

/// client-go's times, by its names LeaseDuration, RenewDeadline, RetryPeriod.
struct ElectionTimes {
    /// Others take the lease over when they saw no renewal for this long.
    std::chrono::seconds lease{15};
    /// The leader stops leading when this long has passed since it began its last renewal.
    std::chrono::milliseconds renew{10'000};
    /// Between two renewals, and about that between two looks of one who does not lead.
    std::chrono::milliseconds retry{2'000};
};

/// Why the times do not fit together, for people; empty when they do: lease > renew > 1.2 x retry.
[[nodiscard]] std::string fault(ElectionTimes const& times);
/// How long giving the lease back may take: `renew`, limits::lease_release_timeout at most.
[[nodiscard]] std::chrono::milliseconds release_timeout(ElectionTimes const& times);

/// Who is a candidate, and for what.
struct Candidacy {
    std::string name_space;
    std::string name;      ///< Of the Lease.
    std::string identity;  ///< Of this process alone, never used again: `POD_UUID`.
    ElectionTimes times;   ///< Without fault().
};

/// What to do next. One request at a time: `at_latest` is when to give it up.
struct ReadLease {
    TimePoint at_latest;
};
struct CreateLease {
    Lease lease;
    TimePoint at_latest;
};
struct UpdateLease {
    Lease lease;
    TimePoint at_latest;
};
struct WaitUntil {
    TimePoint time;
};
struct Finished {};  ///< Released, or given up; only after release().
using LeaseStep = std::variant<ReadLease, CreateLease, UpdateLease, WaitUntil, Finished>;

/// Decides by a Lease which one of several controllers leads, as client-go does. Losing the lease
/// is no end: the elector campaigns again.
///
/// Two never lead at one time, whatever is late, lost or stalled, while no clock runs faster than
/// another by lease / renew or more:
/// - A leader leads for `renew` from the start of its last renewal that succeeded.
/// - Another one takes over only after the lease's duration without a change, measured by its own
///   clock from when it saw the last change. No time of another machine is compared with its own.
/// - Every write carries the resourceVersion of what it was decided on.
/// Whoever deletes the Lease by hand takes that promise away; so does a machine that is suspended,
/// whose clock stands still. What a leader writes carries a resourceVersion for that.
///
/// No I/O, no clock of its own, no threads.
/// Source  client-go tools/leaderelection.
class Elector {
public:
    /// `seed` of the waits between two looks.
    Elector(Candidacy candidacy, std::uint64_t seed);

    /// The step to carry out at `now`. After a request answered() must come first. `wall` is for
    /// the texts in the Lease only.
    [[nodiscard]] LeaseStep next(TimePoint now, WallClock::time_point wall);
    /// What became of the request that next() gave.
    void answered(LeaseAnswer const& answer, TimePoint now);
    /// Stops leading and campaigning. The next steps give the lease back if it may be held, and
    /// end with Finished within release_timeout().
    void release(TimePoint now);

    [[nodiscard]] bool leads(TimePoint now) const noexcept {
        return leading_ && now < leads_until_;
    }
    /// When leads() turns false by itself; in the past when it is false.
    [[nodiscard]] TimePoint leads_until() const noexcept {
        return leading_ ? leads_until_ : TimePoint::min();
    }
    /// Who held the lease when it was last seen; empty: nobody, or not seen yet.
    [[nodiscard]] std::string const& holder() const noexcept { return seen_.record.holder; }
    /// Why it does not lead any more; empty before the first loss.
    [[nodiscard]] std::string const& loss() const noexcept { return loss_; }
    /// What the last attempt to read or write the lease failed with; empty once we hold it, or have
    /// seen that another one does.
    [[nodiscard]] std::string const& trouble() const noexcept { return trouble_; }

private:
    enum class Todo : std::uint8_t { read, create, take, renew, give_back, finish };

    [[nodiscard]] LeaseStep request(TimePoint now, WallClock::time_point wall);
    [[nodiscard]] TimePoint request_deadline(TimePoint now) const;
    [[nodiscard]] Lease claim(WallClock::time_point wall) const;
    [[nodiscard]] Lease surrender(WallClock::time_point wall) const;
    void on_read(LeaseAnswer const& answer, TimePoint now);
    void on_written(LeaseAnswer const& answer, TimePoint now);
    void on_released(LeaseAnswer const& answer, TimePoint now);
    void saw(Lease const& lease, TimePoint now);
    [[nodiscard]] bool held_by_other(TimePoint now) const;
    void lose(std::string why);
    void rest(TimePoint now);

    Candidacy candidacy_;
    std::mt19937_64 random_;
    Todo todo_ = Todo::read;
    TimePoint not_before_ = TimePoint::min();  ///< Of `todo_`.
    TimePoint started_;                        ///< When the request under way was given out.
    bool under_way_ = false;

    Lease seen_;             ///< As last seen; without an object before.
    TimePoint changed_at_;   ///< When its record was first seen.
    bool may_hold_ = false;  ///< A write of ours may have made us the holder.

    bool leading_ = false;
    TimePoint leads_until_;
    std::optional<TimePoint> release_until_;  ///< Set once released.
    std::string loss_;
    std::string trouble_;
};

}  // namespace holdfast::controller::kube
