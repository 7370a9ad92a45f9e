#include "controller/kube/reflector.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/limits.hpp"
#include "controller/kube/discovery.hpp"

namespace holdfast::controller::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The server ends a watch by itself after a time drawn from these, so that a fleet's watches do
/// not all begin anew at once.
constexpr int kWatchSecondsMin = 300;
constexpr int kWatchSecondsMax = 600;
/// So many watches in a row without a sign of life: the server may wait for a version to come that
/// is far in its future, and has to be asked.
constexpr int kSilentWatchesMax = 2;
/// How long the definition is not asked for again when it could not be told.
constexpr auto kLookAgain = seconds(10);

}  // namespace

Reflector::Reflector(Collection collection, std::uint64_t seed, ReflectorTimes times)
    : collection_(std::move(collection)),
      times_(times),
      backoff_(times.pause, times.pause_max, seed),
      random_(seed) {}

Step Reflector::next(TimePoint now) {
    if (now < resume_at_) {
        return WaitStep{std::chrono::ceil<milliseconds>(resume_at_ - now)};
    }
    switch (phase_) {
        case Phase::settle:
            // It may be back by now, and others may have gone: the stream was left at the first.
            list_anew(Freshness::newest);
            return next(now);
        case Phase::check:
            return CheckStep{group_path(collection_.api_version)};
        case Phase::watch:
            return watch_step(now);
        case Phase::list:
            break;
    }
    return ListStep{list_target(collection_) + list_query()};
}

std::uint64_t Reflector::version() const noexcept { return version_number(version_); }

// --- list --------------------------------------------------------------------------------------

std::string Reflector::list_query() const {
    std::string const limit = "limit=" + std::to_string(kPageObjects);
    if (!pages_.continue_at.empty())
        return limit + "&continue=" + percent_encoded(pages_.continue_at);
    switch (freshness_) {
        case Freshness::cached:
            return limit + "&resourceVersion=0";
        case Freshness::newest:
            return limit;
        case Freshness::unpaged:
            break;
    }
    return {};
}

Delta Reflector::listed(Outcome<Answer> const& answer, TimePoint now) {
    ++counts_.lists;
    if (!answer) {
        list_failed(Trouble::Kind::unreachable, to_string(answer.error()), now);
        return {};
    }
    counts_.last_heard = now;
    if (answer->status != 200) {
        list_refused(api_status(*answer), now);
        return {};
    }
    auto page = parse_list(answer->body);
    if (!page) {
        list_failed(Trouble::Kind::refused, to_string(page.error()), now);
        return {};
    }
    std::ranges::move(page->items, std::back_inserter(pages_.items));
    pages_.continue_at = std::move(page->continue_at);
    pages_.version = std::move(page->version);
    if (pages_.continue_at.empty()) return replace(now);
    if (++pages_count_ >= limits::list_pages_max) {
        list_failed(Trouble::Kind::refused, "the list has more pages than are read", now);
    }
    return {};
}

/// What is known becomes what the list holds.
Delta Reflector::replace(TimePoint now) {
    ListPage list = std::move(pages_);
    forget_pages();
    Delta delta;
    std::set<std::string> listed;
    for (auto const& object : list.items) {
        std::string key = key_of(object);
        guard_.seen(key);
        listed.insert(std::move(key));
    }
    delta.upserts = std::move(list.items);
    for (std::string const& key : known_) {
        if (listed.contains(key)) continue;
        if (collection_.definition == Collection::Definition::custom) {
            if (guard_.doubt(key)) settled_at_ = now + DeletionGuard::kSettleTime;
        } else {
            delta.removes.push_back(key);
        }
    }
    known_ = std::move(listed);
    version_ = list.version;
    complete_ = true;
    just_listed_ = true;
    silent_watches_ = 0;
    failed_watches_ = 0;
    bool const doubtful = guard_.in_doubt() > 0;
    bool const returned = guard_.waits_for_return() && !known_.empty();
    phase_ = doubtful || returned ? Phase::check : Phase::watch;
    if (doubtful) {
        resume_at_ = settled_at_;
    } else {
        trouble_.reset();
    }
    return delta;
}

void Reflector::list_failed(Trouble::Kind kind, std::string message, TimePoint now) {
    complain(kind, std::move(message));
    forget_pages();
    pause(now);
}

void Reflector::list_refused(ApiStatus const& status, TimePoint now) {
    bool const in_pages = !pages_.continue_at.empty();
    forget_pages();
    bool const not_there = status.code == 410 || status.code == 504;
    if (not_there && in_pages) return list_anew(Freshness::unpaged);
    if (not_there && freshness_ < Freshness::newest) return list_anew(Freshness::newest);
    if (status.code == 404) {
        complain_of_missing();
        if (collection_.definition == Collection::Definition::custom) guard_.definition_gone();
        // A kind that is defined again is wanted soon, and the question costs nothing.
        resume_at_ = now + times_.missing_pause;
        return;
    }
    bool const forbidden = status.code == 401 || status.code == 403;
    complain(forbidden ? Trouble::Kind::forbidden : Trouble::Kind::refused, to_string(status));
    pause(now, status.retry_after);
}

void Reflector::forget_pages() {
    pages_ = {};
    pages_count_ = 0;
}

void Reflector::list_anew(Freshness freshness) {
    forget_pages();
    phase_ = Phase::list;
    freshness_ = freshness;
}

// --- watch -------------------------------------------------------------------------------------

WatchStep Reflector::watch_step(TimePoint now) {
    watch_began_ = now;
    events_in_watch_ = 0;
    accepted_ = false;
    leaves_ = false;
    std::uniform_int_distribution<int> uniform(kWatchSecondsMin, kWatchSecondsMax);
    int length = uniform(random_);
    if (auto const until = guard_.release_at() ? guard_.release_at() : look_again_at_) {
        auto const left = std::chrono::ceil<seconds>(*until - now).count();
        length = static_cast<int>(std::clamp<std::int64_t>(left, 1, length));
    }
    return {list_target(collection_) + "watch=1&allowWatchBookmarks=true&resourceVersion=" +
                version_ + "&timeoutSeconds=" + std::to_string(length),
            times_.silence};
}

/// A watch may have nothing to tell for a minute, and is well meanwhile.
void Reflector::watch_accepted(TimePoint now) {
    counts_.last_heard = now;
    accepted_ = true;
    if (guard_.in_doubt() == 0) trouble_.reset();
}

Delta Reflector::watched(WatchEvent event, TimePoint now) {
    Delta delta;
    counts_.last_heard = now;
    if (event.type == WatchEvent::Type::error) {
        leaves_ = true;
        watch_refused(api_status(event.object), now);
        return delta;
    }
    ++counts_.events;
    ++events_in_watch_;
    just_listed_ = false;
    silent_watches_ = 0;
    failed_watches_ = 0;
    switch (event.type) {
        case WatchEvent::Type::error:
            break;
        case WatchEvent::Type::bookmark:
            note_version(version_of(event.object));
            break;
        case WatchEvent::Type::deleted:
            note_version(version_of(event.object));
            remove(key_of(event.object), now, delta);
            break;
        case WatchEvent::Type::added:
        case WatchEvent::Type::modified:
            note_version(version_of(event.object));
            std::string key = key_of(event.object);
            guard_.seen(key);
            known_.insert(std::move(key));
            delta.upserts.push_back(std::move(event.object));
            // The first object of a kind that is back sets the time for the others.
            if (guard_.waits_for_return() && phase_ == Phase::watch) phase_ = Phase::check;
            break;
    }
    if (guard_.in_doubt() == 0) trouble_.reset();
    backoff_.reset();
    return delta;
}

void Reflector::remove(std::string key, TimePoint now, Delta& delta) {
    if (known_.erase(key) == 0) return;
    if (collection_.definition == Collection::Definition::built_in) {
        delta.removes.push_back(std::move(key));
        return;
    }
    guard_.doubt(std::move(key));
    settled_at_ = now + DeletionGuard::kSettleTime;
    if (phase_ == Phase::list) return;  // Which settles it as well.
    phase_ = Phase::settle;
    resume_at_ = settled_at_;
}

void Reflector::watch_ended(Outcome<Answer> const& answer, TimePoint now) {
    if (phase_ != Phase::watch) return;
    if (answer && answer->status != 200) {
        counts_.last_heard = now;
        return watch_refused(api_status(*answer), now);
    }
    just_listed_ = false;
    if (guard_.in_doubt() > 0 || guard_.release_at() || look_again_at_) phase_ = Phase::check;
    bool const failed = events_in_watch_ == 0 && now - watch_began_ < times_.short_watch;
    // What was well for long begins with a short pause, however many there were before.
    if (accepted_ && !failed) {
        backoff_.reset();
        failed_watches_ = 0;
    }
    if (accepted_ && failed) count_failed_watch();
    if (answer) {
        count(WatchEnd::closed);
        if (failed) pause(now);
        return;
    }
    bool const silent = events_in_watch_ == 0 && now - watch_began_ >= times_.silence;
    count(silent ? WatchEnd::silent : WatchEnd::cut_off);
    complain(Trouble::Kind::unreachable, to_string(answer.error()));
    if (silent && ++silent_watches_ >= kSilentWatchesMax) list_anew(Freshness::newest);
    pause(now);
}

void Reflector::watch_refused(ApiStatus const& status, TimePoint now) {
    if (status.code == 410 || status.reason == "Expired" || status.reason == "Gone") {
        count(WatchEnd::expired);
        list_anew(Freshness::newest);
        // A version that a list has just told of: asking again at once would never end.
        if (just_listed_) pause(now, status.retry_after);
        return;
    }
    count(WatchEnd::refused);
    // What to make of a kind that is not there is for the list to say.
    if (status.code == 404) return list_anew(Freshness::newest);
    bool const forbidden = status.code == 401 || status.code == 403;
    complain(forbidden ? Trouble::Kind::forbidden : Trouble::Kind::refused, to_string(status));
    // A right that is missing, and a server that is busy, have nothing to do with the version.
    if (!forbidden && status.code != 429) count_failed_watch();
    pause(now, status.retry_after);
}

void Reflector::count_failed_watch() {
    if (++failed_watches_ >= limits::failed_watches_max) list_anew(Freshness::newest);
}

/// Of an event. A server that is older than what it told before has lost some of it.
void Reflector::note_version(std::string const& version) {
    if (version.empty()) return;
    if (version_number(version) < version_number(version_)) {
        count(WatchEnd::went_back);
        list_anew(Freshness::newest);
    } else {
        version_ = version;
    }
}

// --- definition --------------------------------------------------------------------------------

Delta Reflector::checked(Outcome<Answer> const& answer, TimePoint now) {
    auto const defined = is_defined(answer, collection_.plural);
    phase_ = Phase::watch;
    if (!defined) {
        // What is in doubt stays so; changes of everything else are read meanwhile.
        bool const forbidden = answer && (answer->status == 401 || answer->status == 403);
        complain(forbidden ? Trouble::Kind::forbidden : Trouble::Kind::refused,
                 to_string(defined.error()));
        look_again_at_ = now + kLookAgain;
        return {};
    }
    look_again_at_.reset();
    if (!*defined) {
        guard_.definition_gone();
        complain_of_missing();
        list_anew(Freshness::newest);
        resume_at_ = now + times_.missing_pause;
        return {};
    }
    Delta delta;
    delta.removes = guard_.definition_stands(known_.size(), now);
    if (guard_.in_doubt() > 0) {
        complain(Trouble::Kind::held,
                 std::to_string(guard_.in_doubt()) + " " + collection_.plural +
                     " went with their definition and stay in force until a minute after the first "
                     "one is back: " +
                     guard_.names_in_doubt());
    } else {
        trouble_.reset();
    }
    return delta;
}

// --- helpers -----------------------------------------------------------------------------------

void Reflector::complain_of_missing() {
    complain(Trouble::Kind::missing,
             collection_.plural + " are not defined: their CRD is missing or on its way out" +
                 (known_.empty() ? "" : "; what was read of them stays in force"));
}

void Reflector::pause(TimePoint now, std::optional<seconds> at_least) {
    resume_at_ = now + std::max<milliseconds>(backoff_.next(), at_least.value_or(seconds(0)));
}

void Reflector::complain(Trouble::Kind kind, std::string message) {
    trouble_ = Trouble{kind, std::move(message)};
}

void Reflector::count(WatchEnd end) noexcept { ++counts_.ends[static_cast<std::size_t>(end)]; }

}  // namespace holdfast::controller::kube
