#include "controller/status/event_writer.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "controller/kube/api_status.hpp"
#include "controller/status/refusal.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

/// How often a writer that does not lead, or has nothing to send, looks whether that has changed.
constexpr auto kLook = 1s;
/// Counts of series wait at least as long.
constexpr auto kSweepInterval = 60s;
/// As client-go has it.
constexpr int kTriesMax = 12;

constexpr char const* kServer = "API server";

/// Where it would be stored: rights are given for that, and namespaces go away.
std::string collection_of(kube::Request const& request);

}  // namespace

EventWriter::EventWriter(kube::Transport& transport, Leadership leadership, std::string instance)
    : transport_(transport),
      leadership_(std::move(leadership)),
      recorder_(std::move(instance)),
      pause_(std::random_device{}()),
      thread_([this](std::stop_token const& stop) { run(stop); }) {}

EventWriter::~EventWriter() { stop(); }

void EventWriter::stop() {
    if (!thread_.joinable()) return;
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, limits::event_flush_timeout, [this] { return idle_; });
    }
    thread_.request_stop();
    end_term();
    thread_.join();
}

void EventWriter::elected() {
    std::lock_guard const lock(mutex_);
    term_end_ = std::stop_source();
    recorder_.forget();
    if (again_) ++counts_.failed;
    again_.reset();
    tries_ = 0;
}

void EventWriter::demoted() { end_term(); }

void EventWriter::end_term() {
    std::stop_source ended;
    {
        std::lock_guard const lock(mutex_);
        ended = term_end_;
    }
    ended.request_stop();
}

void EventWriter::record(std::vector<kube::Event> const& events) {
    if (events.empty()) return;
    std::lock_guard const lock(mutex_);
    for (kube::Event const& event : events) {
        recorder_.record(event, Clock::now(), WallClock::now());
    }
    idle_ = false;
    changed_.notify_all();
}

EventCounts EventWriter::counts() const {
    std::lock_guard const lock(mutex_);
    EventCounts counts = counts_;
    counts.dropped = recorder_.dropped();
    return counts;
}

void EventWriter::run(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
        auto task = wait_for_task(stop);
        if (!task) continue;
        auto const answer = transport_.call(task->request, task->term_end);
        answered(*std::move(task), answer);
    }
}

/// Nothing after a while, to look again.
std::optional<EventWriter::Task> EventWriter::wait_for_task(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    // Whatever begins now would be in nobody's way to end.
    if (stop.stop_requested()) return std::nullopt;
    TimePoint const now = Clock::now();
    if (now - swept_at_ >= kSweepInterval) {
        swept_at_ = now;
        recorder_.sweep(now);
    }
    if (now < pause_.until()) {
        changed_.wait_until(lock, stop, pause_.until(), [] { return false; });
        return std::nullopt;
    }
    if (leadership_.lasts() && !term_end_.stop_requested()) {
        if (auto request = next()) {
            request->silence_timeout = leadership_.patience;
            return Task{*std::move(request), term_end_.get_token()};
        }
    }
    idle_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, stop, kLook, [this] { return !idle_; });
    idle_ = false;
    return std::nullopt;
}

std::optional<kube::Request> EventWriter::next() {
    return again_ ? std::exchange(again_, std::nullopt) : recorder_.next();
}

void EventWriter::answered(Task task, Outcome<kube::Answer> const& answer) {
    std::lock_guard const lock(mutex_);
    kube::Request& request = task.request;
    int const status = answer ? answer->status : 0;
    bool const is_post = request.method == kube::Method::post;
    // An earlier try, whose answer was lost, has stored it.
    bool const is_there = is_post && status == 409;
    if (refusal(answer) == Refusal::none || is_there) {
        sent(request);
    } else if (task.term_end.stop_requested()) {
        ++counts_.failed;
    } else if (!is_post && status == 404) {
        tries_ = 0;
        recorder_.gone(request);
    } else {
        refused(std::move(request), answer);
    }
}

void EventWriter::sent(kube::Request const& request) {
    tries_ = 0;
    ++counts_.sent;
    pause_.reset();
    for (std::string const& about : {std::string(kServer), collection_of(request)}) {
        if (troubles_.ends(about)) log::info("Events are sent again", {{"to", about}});
    }
}

void EventWriter::refused(kube::Request request, Outcome<kube::Answer> const& answer) {
    bool const all = refusal(answer) == Refusal::all;
    kube::ApiStatus const status = answer ? kube::api_status(*answer) : kube::ApiStatus{};
    std::string const why = answer ? to_string(status) : to_string(answer.error());
    std::string const about = all ? kServer : collection_of(request);
    // What the server says of each request differs.
    if (troubles_.begins(about, answer ? std::to_string(answer->status) : why)) {
        log::warning("Events cannot be sent", {{"to", about}, {"problem", why}});
    }
    if (all) pause_.begin(Clock::now(), status.retry_after);
    if (all && ++tries_ < kTriesMax) {
        again_ = std::move(request);
    } else {
        tries_ = 0;
        ++counts_.failed;
    }
}

namespace {

std::string collection_of(kube::Request const& request) {
    if (request.method == kube::Method::post) return request.target;
    return request.target.substr(0, request.target.rfind('/'));
}

}  // namespace
}  // namespace holdfast::controller
