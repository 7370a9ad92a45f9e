#include "controller/status/status_writer.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <random>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "controller/kube/api_status.hpp"
#include "controller/status/refusal.hpp"
#include "controller/status/status_events.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;

/// How often a writer that does not lead, or that waits, looks whether it may write.
constexpr auto kLook = 1s;
/// Between two writes of an object that is refused.
constexpr auto kRefusedPause = 30s;

constexpr char const* kServer = "API server";

std::string rfc3339(WallClock::time_point time);
std::string collection(ObjectId const& id);
std::string about(ObjectId const& id, Outcome<kube::Answer> const& answer);

}  // namespace

StatusWriter::StatusWriter(kube::Transport& transport, Leadership leadership, EventWriter& events,
                           Served served)
    : transport_(transport),
      leadership_(std::move(leadership)),
      events_(events),
      book_(std::move(served)),
      pause_(std::random_device{}()) {
    for (std::size_t index = 0; index < limits::status_writes_at_once; ++index) {
        threads_.emplace_back([this](std::stop_token const& stop) { run(stop); });
    }
}

StatusWriter::~StatusWriter() { stop(); }

void StatusWriter::stop() {
    for (std::jthread& thread : threads_) {
        thread.request_stop();
    }
    end_term();
    threads_.clear();
}

void StatusWriter::stored(std::vector<kube::StoredStatus> statuses) {
    std::lock_guard const lock(mutex_);
    for (kube::StoredStatus& one : statuses) {
        book_.stored(std::move(one));
    }
    wake();
}

void StatusWriter::gone(std::vector<ObjectId> const& ids) {
    std::lock_guard const lock(mutex_);
    for (ObjectId const& id : ids) {
        book_.gone(id);
        (void)troubles_.ends(to_string(id));
    }
}

void StatusWriter::elected() {
    std::lock_guard const lock(mutex_);
    term_ = Term{++terms_count_};
    term_end_ = std::stop_source();
    book_.begin_term();
    wake();
}

void StatusWriter::demoted() { end_term(); }

void StatusWriter::end_term() {
    std::stop_source ended;
    {
        std::lock_guard const lock(mutex_);
        term_.reset();
        ended = term_end_;
    }
    ended.request_stop();
}

std::optional<Term> StatusWriter::term() const {
    std::lock_guard const lock(mutex_);
    return may_write() ? term_ : std::nullopt;
}

void StatusWriter::want(Term term, WantedStatuses statuses) {
    std::lock_guard const lock(mutex_);
    if (term_ != term) return;
    book_.want(std::move(statuses));
    wake();
}

WriteCounts StatusWriter::counts() const {
    std::lock_guard const lock(mutex_);
    return counts_;
}

void StatusWriter::wake() {
    ++news_count_;
    changed_.notify_all();
}

void StatusWriter::run(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
        if (auto const task = wait_for_task(stop)) carry_out(*task);
    }
}

/// Nothing after a while, to look again.
std::optional<StatusWriter::Task> StatusWriter::wait_for_task(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    // Whatever begins now would be in nobody's way to end.
    if (stop.stop_requested()) return std::nullopt;
    TimePoint const now = Clock::now();
    if (now < pause_.until()) {
        changed_.wait_until(lock, stop, pause_.until(), [] { return false; });
        return std::nullopt;
    }
    TimePoint until = now + kLook;
    if (may_write()) {
        if (auto write = book_.next(now, rfc3339(WallClock::now())))
            return Task{*std::move(write), term_end_.get_token()};
        until = std::min(book_.due().value_or(until), until);
    }
    changed_.wait_until(lock, stop, until,
                        [this, known = news_count_] { return news_count_ != known; });
    return std::nullopt;
}

void StatusWriter::carry_out(Task const& task) {
    StatusWrite const& write = task.write;
    auto const answer = transport_.call(patch_of(write), task.term_end);
    // What is stored is stored, whoever leads by now, and its owner is to be told of it.
    if (answer && answer->status == 200) return written(write, *answer);
    if (task.term_end.stop_requested()) return leave(write);
    bool const doubtful = answer && (answer->status == 409 || answer->status == 404);
    return doubtful ? read_again(task, *answer) : put_off(write, answer);
}

kube::Request StatusWriter::patch_of(StatusWrite const& write) const {
    return {.method = kube::Method::patch,
            .target = write.stored.path + "/status",
            .body = boost::json::serialize(write.patch.body),
            .content_type = "application/merge-patch+json",
            .silence_timeout = leadership_.patience};
}

void StatusWriter::written(StatusWrite const& write, kube::Answer const& answer) {
    kube::StoredStatus stored = write.stored;
    bool const told = refresh(stored, answer.body);
    {
        std::lock_guard const lock(mutex_);
        ++counts_.written;
        pause_.reset();
        tell_end(write.stored.id);
        // Where the answer does not tell what there is now, a watch will.
        told ? book_.written(std::move(stored)) : book_.leave(stored);
    }
    events_.record(events_of(write));
}

/// The watch may be behind: what another one wrote is read at once, and compared anew. An object
/// that is there all the same has no status that could be written, as with a CRD that is being
/// replaced.
void StatusWriter::read_again(Task const& task, kube::Answer const& refused) {
    StatusWrite const& write = task.write;
    auto const answer = transport_.call({.method = kube::Method::get,
                                         .target = write.stored.path,
                                         .body = {},
                                         .content_type = {},
                                         .silence_timeout = leadership_.patience},
                                        task.term_end);
    if (task.term_end.stop_requested()) return leave(write);
    if (answer && answer->status == 404) return leave(write);
    if (!answer || answer->status != 200) return put_off(write, answer);
    kube::StoredStatus stored = write.stored;
    if (!refresh(stored, answer->body)) return leave(write);
    if (refused.status == 404) return put_off(write, refused);
    std::lock_guard const lock(mutex_);
    ++counts_.conflict;
    book_.read_again(std::move(stored));
}

/// A watch will tell that the object is gone, or what has come in its place; and a new term looks
/// at everything anew.
void StatusWriter::leave(StatusWrite const& write) {
    std::lock_guard const lock(mutex_);
    book_.leave(write.stored);
}

/// What is wrong with one object is no reason to hold the others back; anything else is.
void StatusWriter::put_off(StatusWrite const& write, Outcome<kube::Answer> const& answer) {
    std::lock_guard const lock(mutex_);
    ++counts_.failed;
    TimePoint const now = Clock::now();
    TimePoint again = now + kRefusedPause;
    if (refusal(answer) == Refusal::all) {
        pause_.begin(now, answer ? kube::api_status(*answer).retry_after : std::nullopt);
        again = pause_.until();
    }
    // Of an object that is gone nothing would ever tell the end.
    if (book_.put_off(write.stored, again)) tell(write, answer);
}

void StatusWriter::tell(StatusWrite const& write, Outcome<kube::Answer> const& answer) {
    std::string const why =
        answer ? to_string(kube::api_status(*answer)) : to_string(answer.error());
    std::string const id = to_string(write.stored.id);
    bool const forbidden = answer && answer->status == 403;
    if (troubles_.begins(about(write.stored.id, answer), forbidden ? "forbidden" : why)) {
        log::warning("statuses cannot be written, tried again later",
                     {{"object", id}, {"problem", why}});
    }
}

void StatusWriter::tell_end(ObjectId const& id) {
    for (std::string const& about : {std::string(kServer), collection(id), to_string(id)}) {
        if (troubles_.ends(about)) log::info("statuses are written again", {{"of", about}});
    }
}

namespace {

std::string rfc3339(WallClock::time_point time) {
    return std::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(time));
}

/// `WebSocketRoute in default`.
std::string collection(ObjectId const& id) {
    std::size_t const slash = id.key.find('/');
    return slash == std::string::npos ? id.kind : id.kind + " in " + id.key.substr(0, slash);
}

/// Rights are given for a kind in a namespace, and each answer names another object.
std::string about(ObjectId const& id, Outcome<kube::Answer> const& answer) {
    if (refusal(answer) == Refusal::all) return kServer;
    return answer->status == 403 ? collection(id) : to_string(id);
}

}  // namespace
}  // namespace holdfast::controller
