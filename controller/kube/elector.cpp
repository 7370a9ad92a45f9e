#include "controller/kube/elector.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"
#include "common/base/duration.hpp"
#include "common/base/limits.hpp"
#include "controller/kube/micro_time.hpp"

namespace holdfast::controller::kube {
namespace {

/// Before a lease that could not be given back is looked at again.
constexpr std::chrono::milliseconds kReleaseRetry{250};
/// What a released lease says, so that nobody waits for it.
constexpr std::chrono::seconds kReleasedDuration{1};

}  // namespace

std::string fault(ElectionTimes const& times) {
    if (times.retry <= std::chrono::milliseconds::zero()) return "the retry period must not be 0";
    if (times.renew * 10 <= times.retry * 12)
        return "the renew deadline must be longer than 1.2 retry periods";
    if (times.lease <= times.renew)
        return "the lease duration must be longer than the renew deadline";
    return {};
}

std::chrono::milliseconds release_timeout(ElectionTimes const& times) {
    return std::min<std::chrono::milliseconds>(limits::lease_release_timeout, times.renew);
}

Elector::Elector(Candidacy candidacy, std::uint64_t seed)
    : candidacy_(std::move(candidacy)), random_(seed) {
    HOLDFAST_ASSERT(fault(candidacy_.times).empty() && !candidacy_.identity.empty());
}

LeaseStep Elector::next(TimePoint now, WallClock::time_point wall) {
    HOLDFAST_ASSERT(!under_way_);
    if (leading_ && now >= leads_until_) {
        lose("no renewal within " + format_duration(candidacy_.times.renew) +
             (trouble_.empty() ? "" : ": " + trouble_));
        if (todo_ == Todo::renew) todo_ = Todo::read;
    }
    if (release_until_ && now >= *release_until_) todo_ = Todo::finish;
    if (todo_ == Todo::finish) return Finished{};
    if (now < not_before_) {
        TimePoint until = not_before_;
        if (leading_) until = std::min(until, leads_until_);
        if (release_until_) until = std::min(until, *release_until_);
        return WaitUntil{until};
    }
    return request(now, wall);
}

LeaseStep Elector::request(TimePoint now, WallClock::time_point wall) {
    under_way_ = true;
    started_ = now;
    TimePoint const at_latest = request_deadline(now);
    if (todo_ == Todo::read) return ReadLease{at_latest};
    if (todo_ == Todo::give_back) return UpdateLease{surrender(wall), at_latest};
    may_hold_ = true;
    if (todo_ == Todo::create) return CreateLease{claim(wall), at_latest};
    return UpdateLease{claim(wall), at_latest};
}

/// Half the renew deadline, so that one lost request leaves time for another.
TimePoint Elector::request_deadline(TimePoint now) const {
    TimePoint const usual = now + candidacy_.times.renew / 2;
    if (release_until_) return std::min(usual, *release_until_);
    return leading_ ? std::min(usual, leads_until_) : usual;
}

/// The lease as it was seen, or a new one, with us as its holder.
Lease Elector::claim(WallClock::time_point wall) const {
    bool const is_new = todo_ == Todo::create;
    Lease lease = is_new ? new_lease(candidacy_.name_space, candidacy_.name) : seen_;
    LeaseRecord& record = lease.record;
    record.renew_time = format_micro_time(wall);
    record.duration = candidacy_.times.lease;
    if (record.holder != candidacy_.identity) {
        record.holder = candidacy_.identity;
        record.acquire_time = record.renew_time;
        if (!is_new) ++record.transitions;
    }
    return lease;
}

Lease Elector::surrender(WallClock::time_point wall) const {
    Lease lease = seen_;
    lease.record.holder.clear();
    lease.record.duration = kReleasedDuration;
    lease.record.renew_time = format_micro_time(wall);
    lease.record.acquire_time = lease.record.renew_time;
    return lease;
}

void Elector::answered(LeaseAnswer const& answer, TimePoint now) {
    HOLDFAST_ASSERT(under_way_);
    under_way_ = false;
    not_before_ = now;
    Failure const* const failure = std::get_if<Failure>(&answer);
    if (failure != nullptr) trouble_ = to_string(*failure);
    if (Lease const* const lease = std::get_if<Lease>(&answer)) saw(*lease, now);
    if (release_until_) {
        on_released(answer, now);
    } else if (todo_ == Todo::read) {
        on_read(answer, now);
    } else {
        on_written(answer, now);
    }
}

void Elector::saw(Lease const& lease, TimePoint now) {
    if (lease.record != seen_.record) changed_at_ = now;
    seen_ = lease;
    if (holder() != candidacy_.identity) {
        may_hold_ = false;
        lose(holder().empty() ? "someone took the holder out of the lease"
                              : holder() + " holds the lease");
    }
}

void Elector::on_read(LeaseAnswer const& answer, TimePoint now) {
    if (std::holds_alternative<LeaseMissing>(answer)) {
        seen_ = {};
        todo_ = Todo::create;
    } else if (std::holds_alternative<Lease>(answer) && !held_by_other(now)) {
        todo_ = Todo::take;
    } else {
        if (std::holds_alternative<Lease>(answer)) trouble_.clear();
        rest(now);
    }
}

bool Elector::held_by_other(TimePoint now) const {
    LeaseRecord const& record = seen_.record;
    if (record.holder.empty() || record.holder == candidacy_.identity) return false;
    bool const says = record.duration > std::chrono::seconds::zero();
    return now < changed_at_ + (says ? record.duration : candidacy_.times.lease);
}

void Elector::on_written(LeaseAnswer const& answer, TimePoint now) {
    if (std::holds_alternative<Lease>(answer) && holder() == candidacy_.identity) {
        leading_ = true;
        trouble_.clear();
        leads_until_ = started_ + candidacy_.times.renew;
        rest(now);
    } else if (todo_ == Todo::renew) {
        todo_ = Todo::read;  // At once: the write may have taken place, or someone edited a label.
    } else {
        if (todo_ == Todo::create && std::holds_alternative<LeaseMissing>(answer))
            trouble_ = "namespace " + candidacy_.name_space + " does not exist";
        rest(now);
    }
}

void Elector::lose(std::string why) {
    if (!leading_) return;
    leading_ = false;
    loss_ = std::move(why);
}

/// client-go lets a candidate wait 1 to 2.2 retry periods. Here it is 0.5 to 1.25, drawn anew each
/// time so that candidates do not meet: a lease that is given back is taken within 3 s by requests
/// of up to 0.1 s.
void Elector::rest(TimePoint now) {
    std::chrono::milliseconds const retry = candidacy_.times.retry;
    todo_ = leading_ ? Todo::renew : Todo::read;
    if (leading_) {
        not_before_ = now + retry;
    } else {
        std::uniform_int_distribution<std::int64_t> wait(retry.count() / 2, retry.count() * 5 / 4);
        not_before_ = now + std::chrono::milliseconds(wait(random_));
    }
}

void Elector::release(TimePoint now) {
    HOLDFAST_ASSERT(!under_way_);
    if (release_until_) return;
    lose("released");
    trouble_.clear();
    release_until_ = now + release_timeout(candidacy_.times);
    not_before_ = now;
    if (!may_hold_) {
        todo_ = Todo::finish;
    } else {
        todo_ = holder() == candidacy_.identity ? Todo::give_back : Todo::read;
    }
}

void Elector::on_released(LeaseAnswer const& answer, TimePoint now) {
    if (std::holds_alternative<Failure>(answer)) {
        todo_ = Todo::read;
        not_before_ = now + kReleaseRetry;
    } else if (!may_hold_ || std::holds_alternative<LeaseMissing>(answer)) {
        todo_ = Todo::finish;
    } else {
        todo_ = std::holds_alternative<Lease>(answer) ? Todo::give_back : Todo::read;
    }
}

}  // namespace holdfast::controller::kube
