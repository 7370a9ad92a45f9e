#include "controller/kube/kube_source.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <string_view>
#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

bool decides_on_secrets(std::string_view kind);
/// As many as are watched at once; those in force keep their places.
std::set<Collection> within_limit(std::set<Collection> const& needed,
                                  std::set<Collection> const& in_force);
/// True when the API server has said that it will not let us read this.
bool denied(WatchState const& state);

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
    waiting_.add(std::move(batch.changes));
    want_secrets();
    hand_on_waiting();
}

void KubeSource::moved(CollectionWatch& watch) {
    std::lock_guard const lock(mutex_);
    if (!is_current(watch)) return;
    hand_on_waiting();
    std::vector<Standing> const all = standings();
    report(all);
    if (!synced_ && everything_is_read(all, Clock::now())) {
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

void KubeSource::want_secrets() {
    std::set<Collection> const needed = needs_.secrets();
    wanted_secrets_ = within_limit(needed, secrets_in_force_);
    secrets_left_out_ = needed.size() - wanted_secrets_.size();
    // No Gateway that has been handed on names these.
    Changes passing;
    drop_secrets(passing);
    hand_on(std::move(passing));
    for (Collection const& collection : wanted_secrets_) {
        if (!secrets_.contains(collection)) add(secrets_, collection);
    }
}

/// Those in force do not count when they are wanted no more: they may never be read.
bool KubeSource::wanted_secrets_are_read() const {
    return std::ranges::all_of(wanted_secrets_, [this](Collection const& one) {
        WatchState const state = secrets_.at(one)->state();
        return state.complete || denied(state);
    });
}

/// Of those that are neither wanted nor in force.
void KubeSource::drop_secrets(Changes& changes) {
    std::erase_if(ending_, [](auto const& watch) { return watch->finished(); });
    for (auto one = secrets_.begin(); one != secrets_.end();) {
        if (wanted_secrets_.contains(one->first) || secrets_in_force_.contains(one->first)) {
            ++one;
            continue;
        }
        ObjectId id{Secret::kKind, one->first.name_space + '/' + one->first.name};
        if (delivered_.contains(id)) changes.removes.push_back(std::move(id));
        changes.sources[to_string(one->first)] = 0;
        one->second->stop();
        ending_.push_back(std::move(one->second));
        one = secrets_.erase(one);
    }
}

/// Secrets that nothing names any more go in the step that says so.
void KubeSource::hand_on_waiting() {
    if (waiting_.empty() || !wanted_secrets_are_read()) return;
    Changes changes = waiting_.take();
    secrets_in_force_ = wanted_secrets_;
    drop_secrets(changes);
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

std::vector<Standing> KubeSource::standings() const {
    std::vector<Standing> all;
    for (Watches const* const watches : {&watches_, &secrets_}) {
        for (auto const& [collection, watch] : *watches) {
            all.push_back({&collection, watch->state()});
        }
    }
    return all;
}

bool KubeSource::everything_is_read(std::vector<Standing> const& watches, TimePoint now) const {
    bool const waited = now >= started_ + options_.denied_wait;
    return waiting_.empty() && std::ranges::all_of(watches, [&](Standing const& watch) {
               WatchState const& state = watch.state;
               return state.complete || (waited && denied(state) &&
                                         can_lack(watch.collection->kind, state.trouble->kind));
           });
}

/// False when a table without this kind would lack what its sessions live on. Routes may live on
/// any grant that there is; a cluster that does not define grants has none.
bool KubeSource::can_lack(std::string_view kind, Trouble::Kind trouble) const {
    if (kind == Secret::kKind) return true;
    if (kind == Namespace::kKind) return !needs_.namespace_labels();
    return kind == ReferenceGrant::kKind && trouble == Trouble::Kind::missing;
}

void KubeSource::report(std::vector<Standing> const& watches) {
    SourceReport report = report_of(watches, delivered_, secrets_left_out_);
    log_difference(difference(reported_.problems, report.problems));
    reported_ = std::move(report);
    events_.reported(reported_);
}

namespace {

bool decides_on_secrets(std::string_view kind) {
    return kind == Gateway::kKind || kind == GatewayClass::kKind;
}

std::set<Collection> within_limit(std::set<Collection> const& needed,
                                  std::set<Collection> const& in_force) {
    std::set<Collection> placed;
    std::ranges::set_intersection(needed, in_force, std::inserter(placed, placed.end()));
    for (Collection const& one : needed) {
        if (placed.size() >= limits::watched_secrets_max) break;
        placed.insert(one);
    }
    return placed;
}

bool denied(WatchState const& state) {
    return state.trouble && (state.trouble->kind == Trouble::Kind::forbidden ||
                             state.trouble->kind == Trouble::Kind::missing);
}

}  // namespace
}  // namespace holdfast::controller::kube
