#include "controller/kube/kube_source.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <string_view>
#include <tuple>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"

namespace holdfast::controller::kube {
namespace {

void merge(Changes& into, Changes newer);
bool decides_on_secrets(std::string_view kind);
/// True when the API server has said that it will not let us read this.
bool denied(WatchState const& state);
SourceProblem problem(std::string object, std::string message);
void add_counts(Collection const& collection, WatchState const& state,
                std::map<std::string, CollectionReport>& reports);
void log_difference(std::vector<SourceProblem> const& before,
                    std::vector<SourceProblem> const& after);

}  // namespace

KubeSource::KubeSource(Transport& transport, KubeOptions options)
    : transport_(transport),
      options_(std::move(options)),
      needs_(options_.served, {options_.namespaces.begin(), options_.namespaces.end()}),
      last_seed_(std::random_device{}()) {}

KubeSource::~KubeSource() { KubeSource::stop(); }

void KubeSource::start(SourceEvents events) {
    std::lock_guard const lock(mutex_);
    events_ = std::move(events);
    started_ = Clock::now();
    for (Collection const& collection : collections_of(options_.namespaces)) {
        add(watches_, collection);
    }
}

void KubeSource::stop() {
    Watches ending;
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        ending = std::exchange(watches_, {});
        ending.merge(secrets_);
        for (auto& [collection, watch] : ending) {
            watch->stop();
        }
    }
    // Without the lock: a watch may be waiting for it to tell its last.
    ending.clear();
    ending_.clear();
}

void KubeSource::add(Watches& watches, Collection const& collection) {
    auto& watch = watches[collection];
    WatchOwner& owner = *this;  // make_unique cannot see the base.
    watch = std::make_unique<CollectionWatch>(transport_, collection, owner, ++last_seed_,
                                              options_.times);
    watch->start();
}

// --- what watches tell -------------------------------------------------------------------------

void KubeSource::delivered(CollectionWatch& watch, Batch batch) {
    std::lock_guard const lock(mutex_);
    if (!is_current(watch)) return;
    if (options_.stored && !batch.statuses.empty()) options_.stored(std::move(batch.statuses));
    if (options_.gone && !batch.changes.removes.empty()) options_.gone(batch.changes.removes);
    if (!decides_on_secrets(watch.collection().kind)) {
        hand_on(std::move(batch.changes));
        return;
    }
    for (Object const& object : batch.changes.upserts) {
        needs_.note(object);
    }
    for (ObjectId const& id : batch.changes.removes) {
        needs_.forget(id);
    }
    merge(waiting_, std::move(batch.changes));
    want_secrets();
    hand_on_waiting();
}

void KubeSource::moved(CollectionWatch& watch) {
    std::lock_guard const lock(mutex_);
    if (!is_current(watch)) return;
    hand_on_waiting();
    // Before the report: what a watch has read by now is in it.
    bool const all_read = everything_is_read(Clock::now());
    report();
    if (!synced_ && all_read) {
        synced_ = true;
        events_.synced();
    }
}

bool KubeSource::is_current(CollectionWatch const& watch) const {
    if (stopping_) return false;
    Watches const& watches = watch.collection().kind == Secret::kKind ? secrets_ : watches_;
    auto const found = watches.find(watch.collection());
    return found != watches.end() && found->second.get() == &watch;
}

// --- Secrets -----------------------------------------------------------------------------------

/// Those that are watched already keep their places.
void KubeSource::want_secrets() {
    secrets_left_out_ = 0;
    for (Collection const& collection : needs_.secrets()) {
        if (secrets_.contains(collection)) continue;
        if (secrets_.size() < limits::watched_secrets_max) {
            add(secrets_, collection);
        } else {
            ++secrets_left_out_;
        }
    }
}

/// Secrets that nothing names any more go in the step that says so.
void KubeSource::drop_secrets(Changes& changes) {
    std::erase_if(ending_, [](auto const& watch) { return watch->finished(); });
    std::set<Collection> const needed = needs_.secrets();
    for (auto one = secrets_.begin(); one != secrets_.end();) {
        if (needed.contains(one->first)) {
            ++one;
            continue;
        }
        ObjectId id{Secret::kKind, one->first.name_space + '/' + one->first.name};
        if (delivered_.contains(id)) changes.removes.push_back(std::move(id));
        one->second->stop();
        ending_.push_back(std::move(one->second));
        one = secrets_.erase(one);
    }
}

void KubeSource::hand_on_waiting() {
    if (waiting_.empty()) return;
    // Those that are wanted no more do not count: they may never be read.
    bool const read = std::ranges::all_of(needs_.secrets(), [this](Collection const& one) {
        auto const found = secrets_.find(one);
        if (found == secrets_.end()) return true;  // Left out.
        WatchState const state = found->second->state();
        return state.complete || denied(state);
    });
    if (!read) return;
    Changes changes = std::exchange(waiting_, {});
    drop_secrets(changes);
    want_secrets();  // There may be places again.
    hand_on(std::move(changes));
}

void KubeSource::hand_on(Changes changes) {
    if (changes.empty()) return;
    for (Object const& object : changes.upserts) {
        delivered_.insert(id_of(object));
    }
    for (ObjectId const& id : changes.removes) {
        delivered_.erase(id);
    }
    events_.changed(std::move(changes));
}

// --- how it stands -----------------------------------------------------------------------------

bool KubeSource::everything_is_read(TimePoint now) const {
    bool const waited = now >= started_ + options_.denied_wait;
    auto const read = [&](auto const& entry) {
        WatchState const state = entry.second->state();
        return state.complete ||
               (waited && denied(state) && can_lack(entry.first.kind, state.trouble->kind));
    };
    return waiting_.empty() && std::ranges::all_of(watches_, read) &&
           std::ranges::all_of(secrets_, read);
}

/// False when a table without this kind would lack what its sessions live on. Routes may live on
/// any grant that there is; a cluster that does not define grants has none.
bool KubeSource::can_lack(std::string_view kind, Trouble::Kind trouble) const {
    if (kind == Secret::kKind) return true;
    if (kind == Namespace::kKind) return !needs_.namespace_labels();
    return kind == ReferenceGrant::kKind && trouble == Trouble::Kind::missing;
}

/// First what concerns most.
std::vector<SourceProblem> KubeSource::problems() const {
    std::vector<SourceProblem> all;
    if (secrets_left_out_ > 0) {
        all.push_back(problem("secrets", "listeners name more than " +
                                             std::to_string(limits::watched_secrets_max) +
                                             ", and no more are read"));
    }
    std::vector<Problem> unreadable;
    for (Watches const* const watches : {&watches_, &secrets_}) {
        for (auto const& [collection, watch] : *watches) {
            WatchState state = watch->state();
            if (state.trouble) {
                all.push_back(problem(to_string(collection), std::move(state.trouble->message)));
            }
            std::ranges::move(state.unreadable, std::back_inserter(unreadable));
        }
    }
    for (Problem& one : unreadable) {
        if (all.size() >= limits::source_problems_max) {
            all.push_back(problem("objects", "there are more problems than are told"));
            break;
        }
        all.push_back({{}, {}, std::move(one)});
    }
    return all;
}

std::size_t KubeSource::never_good() const {
    std::set<ObjectId> broken;
    for (Watches const* const watches : {&watches_, &secrets_}) {
        for (auto const& [collection, watch] : *watches) {
            for (Problem const& problem : watch->state().unreadable) {
                ObjectId id{collection.kind, problem.object.substr(collection.kind.size() + 1)};
                if (!delivered_.contains(id)) broken.insert(std::move(id));
            }
        }
    }
    return broken.size();
}

void KubeSource::report() {
    SourceReport report;
    report.problems = problems();
    report.never_good = never_good();
    log_difference(reported_.problems, report.problems);
    std::map<std::string, CollectionReport> reports;
    for (Watches const* const watches : {&watches_, &secrets_}) {
        for (auto const& [collection, watch] : *watches) {
            add_counts(collection, watch->state(), reports);
        }
    }
    report.objects_count = delivered_.size();
    for (auto& [resource, counts] : reports) {
        report.loads_total += counts.lists_total;
        report.collections.push_back(std::move(counts));
    }
    reported_ = std::move(report);
    events_.reported(reported_);
}

namespace {

void merge(Changes& into, Changes newer) {
    for (Object& object : newer.upserts) {
        ObjectId const id = id_of(object);
        std::erase(into.removes, id);
        std::erase_if(into.upserts, [&id](Object const& older) { return id_of(older) == id; });
        into.upserts.push_back(std::move(object));
    }
    for (ObjectId& id : newer.removes) {
        std::erase_if(into.upserts, [&id](Object const& older) { return id_of(older) == id; });
        std::erase(into.removes, id);
        into.removes.push_back(std::move(id));
    }
    for (auto const& [collection, version] : newer.sources) {
        into.sources[collection] = version;
    }
}

bool decides_on_secrets(std::string_view kind) {
    return kind == Gateway::kKind || kind == GatewayClass::kKind;
}

bool denied(WatchState const& state) {
    return state.trouble && (state.trouble->kind == Trouble::Kind::forbidden ||
                             state.trouble->kind == Trouble::Kind::missing);
}

SourceProblem problem(std::string object, std::string message) {
    return {{}, {}, {std::move(object), {}, std::move(message)}};
}

void add_counts(Collection const& collection, WatchState const& state,
                std::map<std::string, CollectionReport>& reports) {
    auto const [entry, first] = reports.try_emplace(collection.plural);
    CollectionReport& report = entry->second;
    report.resource = collection.plural;
    report.synced = (first || report.synced) && state.complete;
    report.lists_total += state.counts.lists;
    report.events_total += state.counts.events;
    for (std::size_t i = 0; i < kWatchEnds; ++i) {
        std::string const reason(to_string(static_cast<WatchEnd>(i)));
        report.restarts_total[reason] += state.counts.ends[i];
    }
    // The stalest of several tells how stale the resource may be.
    report.last_heard =
        first ? state.counts.last_heard : std::min(report.last_heard, state.counts.last_heard);
}

void log_difference(std::vector<SourceProblem> const& before,
                    std::vector<SourceProblem> const& after) {
    auto const parts = [](SourceProblem const& one) {
        return std::tie(one.problem.object, one.problem.field, one.problem.message);
    };
    std::set<decltype(parts(SourceProblem()))> known;
    std::set<std::string_view> mended;
    for (SourceProblem const& one : before) {
        known.insert(parts(one));
        mended.insert(one.problem.object);
    }
    for (SourceProblem const& one : after) {
        mended.erase(one.problem.object);
        if (known.contains(parts(one))) continue;
        log::warning("the Kubernetes API is not read as it should be",
                     {{"object", one.problem.object},
                      {"field", one.problem.field},
                      {"problem", one.problem.message}});
    }
    for (std::string_view const object : mended) {
        log::info("the Kubernetes API is read again", {{"object", object}});
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
