#include "controller/status/status_writer.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <random>
#include <stop_token>
#include <utility>

#include "common/base/log.hpp"
#include "controller/kube/api_status.hpp"
#include "controller/translate/conditions.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

/// How often a writer that does not lead, or that waits, looks whether it may write.
constexpr auto kLook = 1s;
constexpr auto kPauseMin = 200ms;
constexpr auto kPauseMax = 30s;

std::string rfc3339(WallClock::time_point time);
kube::Event event_of(StatusWrite const& write, ConditionChange const& change);
bool refuses_object(int status);
bool worth_an_event(ConditionChange const& change);

}  // namespace

StatusWriter::StatusWriter(kube::Transport& transport, std::function<bool()> leads,
                           std::string instance, Served served)
    : transport_(transport),
      leads_(std::move(leads)),
      backoff_(kPauseMin, kPauseMax, std::random_device{}()),
      recorder_(std::move(instance)),
      book_(std::move(served)),
      thread_([this](std::stop_token const& stop) { run(stop); }) {}

StatusWriter::~StatusWriter() { stop(); }

void StatusWriter::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void StatusWriter::stored(std::vector<kube::StoredStatus> statuses) {
    std::lock_guard const lock(mutex_);
    for (kube::StoredStatus& one : statuses) {
        book_.stored(std::move(one));
    }
    changed_.notify_all();
}

void StatusWriter::gone(std::vector<ObjectId> const& ids) {
    std::lock_guard const lock(mutex_);
    for (ObjectId const& id : ids) {
        book_.gone(id);
    }
}

void StatusWriter::elected() {
    std::lock_guard const lock(mutex_);
    term_ = Term{++terms_count_};
    book_.begin_term();
    changed_.notify_all();
}

void StatusWriter::demoted() {
    std::lock_guard const lock(mutex_);
    term_.reset();
}

std::optional<Term> StatusWriter::term() const {
    std::lock_guard const lock(mutex_);
    return may_write() ? term_ : std::nullopt;
}

void StatusWriter::want(Term term, Statuses statuses) {
    std::lock_guard const lock(mutex_);
    if (term_ != term) return;
    book_.want(std::move(statuses));
    changed_.notify_all();
}

WriteCounts StatusWriter::counts() const {
    std::lock_guard const lock(mutex_);
    return counts_;
}

void StatusWriter::run(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
        if (auto const due = wait_for_write(stop)) write(*due, stop);
        recorder_.sweep(Clock::now());
        send_events(stop);
    }
}

/// Nothing after a while, so that Events get their turn.
std::optional<StatusWrite> StatusWriter::wait_for_write(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    TimePoint const start = Clock::now();
    if (start < resume_at_) {
        changed_.wait_until(lock, stop, resume_at_, [] { return false; });
        return std::nullopt;
    }
    if (!may_write()) {
        changed_.wait_for(lock, stop, kLook, [this] { return may_write(); });
        return std::nullopt;
    }
    if (auto write = book_.next(start, rfc3339(WallClock::now()))) return write;
    TimePoint const until = std::min(book_.due().value_or(start + kLook), start + kLook);
    std::size_t const waiting = book_.waiting();
    changed_.wait_until(lock, stop, until, [&] { return book_.waiting() > waiting; });
    return std::nullopt;
}

void StatusWriter::write(StatusWrite const& write, std::stop_token const& stop) {
    kube::Request request;
    request.method = kube::Method::patch;
    request.target = write.stored.path + "/status";
    request.content_type = "application/merge-patch+json";
    request.body = boost::json::serialize(write.patch.body);
    auto const answer = transport_.call(request, stop);
    if (stop.stop_requested()) return;
    if (answer && answer->status == 409) return settle_conflict(write, stop);
    // A watch will tell that it is gone, or what has come in its place.
    if (answer && answer->status == 404) return;
    if (!answer || answer->status != 200) return put_off(write, answer);
    backoff_.reset();
    told_trouble_.clear();
    kube::StoredStatus stored = write.stored;
    bool const told = refresh(stored, answer->body);
    {
        std::lock_guard const lock(mutex_);
        ++counts_.written;
        if (told) book_.written(std::move(stored));
    }
    record(write);
}

/// The watch may be behind: what another one wrote is read at once, and compared anew.
void StatusWriter::settle_conflict(StatusWrite const& write, std::stop_token const& stop) {
    kube::Request request;
    request.target = write.stored.path;
    auto const answer = transport_.call(request, stop);
    kube::StoredStatus stored = write.stored;
    if (!answer || answer->status != 200 || !refresh(stored, answer->body)) {
        return put_off(write, answer);
    }
    std::lock_guard const lock(mutex_);
    ++counts_.conflict;
    book_.read_again(std::move(stored));
}

/// What is wrong with one object is no reason to hold the others back; anything else is.
void StatusWriter::put_off(StatusWrite const& write, Outcome<kube::Answer> const& answer) {
    bool const this_one = answer && refuses_object(answer->status);
    std::string const why =
        answer ? to_string(kube::api_status(*answer)) : to_string(answer.error());
    // A right that is missing is missing for a kind, and each answer names another object.
    bool const forbidden = answer && answer->status == 403;
    std::string told = forbidden ? "forbidden: " + write.stored.id.kind : why;
    if (told != std::exchange(told_trouble_, told)) {
        log::warning("statuses cannot be written, tried again later",
                     {{"object", to_string(write.stored.id)}, {"problem", why}});
    }
    TimePoint const again = Clock::now() + (this_one ? kPauseMax : backoff_.next());
    if (!this_one) resume_at_ = again;
    std::lock_guard const lock(mutex_);
    ++counts_.failed;
    book_.put_off(write.stored.id, again);
}

// --- Events ------------------------------------------------------------------------------------

void StatusWriter::record(StatusWrite const& write) {
    for (ConditionChange const& change : write.patch.changes) {
        if (worth_an_event(change)) {
            recorder_.record(event_of(write, change), Clock::now(), WallClock::now());
        }
    }
}

/// Best effort: an Event that is refused is not worth a second try.
void StatusWriter::send_events(std::stop_token const& stop) {
    while (!stop.stop_requested() && leads_() && Clock::now() >= resume_at_) {
        auto const request = recorder_.next();
        if (!request) break;
        auto const answer = transport_.call(*request, stop);
        bool const patch = request->method == kube::Method::patch;
        if (answer && patch && answer->status == 404) recorder_.gone(*request);
        std::lock_guard const lock(mutex_);
        ++counts_.events;
    }
    std::lock_guard const lock(mutex_);
    counts_.events_dropped = recorder_.dropped();
}

namespace {

/// Is it for this object, or its kind, that the server refuses? Not so when it knows nobody, waited
/// too long or has too much to do.
bool refuses_object(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
}

std::string rfc3339(WallClock::time_point time) {
    return std::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(time));
}

bool worth_an_event(ConditionChange const& change) {
    // That something begins well is told once for the whole object, not for each of its references.
    return change.kind != ConditionChange::Kind::began || change.type == condition::kProgrammed;
}

kube::Event event_of(StatusWrite const& write, ConditionChange const& change) {
    kube::StoredStatus const& stored = write.stored;
    std::size_t const slash = stored.id.key.find('/');
    bool const namespaced = slash != std::string::npos;
    bool const fault = change.kind == ConditionChange::Kind::fault;
    return {.regarding = {.api_version = stored.api_version,
                          .kind = stored.id.kind,
                          .name_space = namespaced ? stored.id.key.substr(0, slash) : std::string(),
                          .name = namespaced ? stored.id.key.substr(slash + 1) : stored.id.key,
                          .uid = stored.uid,
                          .resource_version = stored.resource_version},
            .type = fault ? kube::EventType::warning : kube::EventType::normal,
            .reason = change.reason,
            .action = "UpdateStatus",
            .note = (change.part.empty() ? "" : change.part + ": ") + change.message};
}

}  // namespace
}  // namespace holdfast::controller
