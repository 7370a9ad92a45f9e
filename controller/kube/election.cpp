#include "controller/kube/election.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "common/base/log.hpp"

namespace holdfast::controller::kube {
namespace {

/// In whole seconds: a transport keeps connections for every timeout that it is asked for.
std::chrono::seconds time_left(TimePoint until) {
    auto const left = std::chrono::ceil<std::chrono::seconds>(until - Clock::now());
    return std::max(left, std::chrono::seconds(1));
}

}  // namespace

Election::Election(Transport& transport, Candidacy candidacy, ElectionEvents events)
    : transport_(transport),
      collection_("/apis/coordination.k8s.io/v1/namespaces/" + candidacy.name_space + "/leases"),
      path_(collection_ + '/' + candidacy.name),
      identity_(candidacy.identity),
      release_timeout_(release_timeout(candidacy.times)),
      events_(std::move(events)),
      elector_(std::move(candidacy), std::random_device{}()),
      thread_([this] { run(); }) {}

Election::~Election() { stop(); }

bool Election::leads() const noexcept {
    return !stop_.stop_requested() && Clock::now() < leads_until_.load();
}

void Election::stop() {
    if (!thread_.joinable()) return;
    stop_.request_stop();
    {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, abandon_.get_token(), release_timeout_, [this] { return finished_; });
    }
    abandon_.request_stop();
    thread_.join();
}

void Election::abandon() { abandon_.request_stop(); }

void Election::run() {
    while (!abandon_.stop_requested()) {
        TimePoint const now = Clock::now();
        if (stop_.stop_requested() && !released_) {
            released_ = true;
            elector_.release(now);
        }
        LeaseStep const step = elector_.next(now, WallClock::now());
        tell(now);
        if (std::holds_alternative<Finished>(step)) break;
        if (auto const* const rest = std::get_if<WaitUntil>(&step)) {
            wait(rest->time);
        } else {
            LeaseAnswer const answer = carry_out(step);
            elector_.answered(answer, Clock::now());
        }
    }
    if (told_leading_) events_.demoted("abandoned");
    std::lock_guard const lock(mutex_);
    finished_ = true;
    wake_.notify_all();
}

void Election::tell(TimePoint now) {
    leads_until_.store(elector_.leads_until());
    tell_trouble(now);
    if (told_holder_ != elector_.holder()) {
        told_holder_ = elector_.holder();
        if (!told_holder_.empty() && told_holder_ != identity_)
            log::info("another controller leads", {{"lease", path_}, {"holder", told_holder_}});
    }
    if (told_leading_ == elector_.leads(now)) return;
    told_leading_ = !told_leading_;
    if (told_leading_) {
        log::info("this controller leads", {{"lease", path_}});
        events_.elected();
    } else {
        log::info("this controller does not lead any more",
                  {{"lease", path_}, {"detail", elector_.loss()}});
        events_.demoted(elector_.loss());
    }
}

void Election::tell_trouble(TimePoint now) {
    using enum LastingTrouble::Telling;
    LastingTrouble::Telling const telling = trouble_.hear(elector_.trouble(), now);
    auto const seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now - trouble_.since()).count();
    if (telling == beginning || telling == reminder)
        log::warning("the lease cannot be read or written",
                     {{"lease", path_}, {"seconds", seconds}, {"detail", trouble_.text()}});
    if (telling == end)
        log::info("the lease is read and written again", {{"lease", path_}, {"seconds", seconds}});
    std::lock_guard const lock(mutex_);
    state_ = {
        .holder = elector_.holder(), .trouble = trouble_.text(), .trouble_since = trouble_.since()};
}

ElectionState Election::state() const {
    std::lock_guard const lock(mutex_);
    return state_;
}

void Election::wait(TimePoint until) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, interruption(), until, [] { return false; });
}

LeaseAnswer Election::carry_out(LeaseStep const& step) {
    Request request{.method = Method::get, .target = path_, .body = {}, .content_type = {}};
    TimePoint at_latest;
    if (auto const* const read = std::get_if<ReadLease>(&step)) {
        at_latest = read->at_latest;
    } else if (auto const* const create = std::get_if<CreateLease>(&step)) {
        request.method = Method::post;
        request.target = collection_;
        request.body = to_json(create->lease);
        at_latest = create->at_latest;
    } else if (auto const* const update = std::get_if<UpdateLease>(&step)) {
        request.method = Method::put;
        request.body = to_json(update->lease);
        at_latest = update->at_latest;
    }
    if (!request.body.empty()) request.content_type = "application/json";
    request.silence_timeout = time_left(at_latest);
    return lease_answer(transport_.call(request, interruption()));
}

std::stop_token Election::interruption() const {
    return released_ ? abandon_.get_token() : stop_.get_token();
}

}  // namespace holdfast::controller::kube
