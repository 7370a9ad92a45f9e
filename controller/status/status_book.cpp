#include "controller/status/status_book.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

#include "controller/kube/list_page.hpp"

namespace holdfast::controller {
namespace {

bool is_older(kube::StoredStatus const& one, kube::StoredStatus const& other) {
    return kube::version_number(one.resource_version) <
           kube::version_number(other.resource_version);
}

/// What is wanted may have been computed before an object was replaced by another of its name, of
/// the same generation.
bool is_about(WantedStatus const& wanted, kube::StoredStatus const& stored) {
    return wanted.uid.empty() || wanted.uid == stored.uid;
}

/// Of a route that none of our Gateways has to do with.
std::optional<WantedStatus> nothing_of_ours(ObjectId const& id) {
    if (id.kind != WebSocketRoute::kKind) return std::nullopt;
    return WantedStatus{.status = {{"parents", boost::json::array()}}, .uid = {}};
}

}  // namespace

void StatusBook::stored(kube::StoredStatus status) {
    Entry& entry = entries_[status.id];
    if (entry.stored && entry.stored->uid != status.uid) {
        auto wanted = std::move(entry.wanted);
        entry = {};
        entry.wanted = std::move(wanted);
    }
    take(entry, std::move(status));
}

void StatusBook::gone(ObjectId const& id) {
    entries_.erase(id);
    doubtful_.erase(id);
}

void StatusBook::take(Entry& entry, kube::StoredStatus status) {
    doubtful_.insert(status.id);
    entry.stored = std::move(status);
}

void StatusBook::want(WantedStatuses wanted) {
    for (auto& [id, status] : wanted) {
        want(id, entries_[id], std::move(status));
    }
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        auto const& [id, known] = *entry;
        if (wanted.contains(id)) {
            ++entry;
        } else if (known.stored) {
            want(id, entry->second, nothing_of_ours(id));
            ++entry;
        } else {
            doubtful_.erase(id);
            entry = entries_.erase(entry);
        }
    }
}

void StatusBook::want(ObjectId const& id, Entry& entry, std::optional<WantedStatus> wanted) {
    if (entry.wanted == wanted) return;
    entry.wanted = std::move(wanted);
    doubtful_.insert(id);
}

void StatusBook::begin_term() {
    doubtful_.clear();
    std::erase_if(entries_, [](auto& entry) {
        entry.second.wanted.reset();
        return !entry.second.stored;
    });
}

std::optional<StatusWrite> StatusBook::next(TimePoint now, std::string const& wall) {
    for (auto one = doubtful_.begin(); one != doubtful_.end();) {
        Entry& entry = entries_.at(*one);
        if (entry.under_way || entry.not_before > now) {
            ++one;
            continue;
        }
        one = doubtful_.erase(one);
        if (!entry.stored || !entry.wanted || !is_about(*entry.wanted, *entry.stored)) continue;
        if (auto patch = status_patch(*entry.stored, entry.wanted->status, wall, served_)) {
            entry.not_before = now + kInterval;
            entry.under_way = true;
            return StatusWrite{*entry.stored, *std::move(patch)};
        }
    }
    return std::nullopt;
}

std::optional<TimePoint> StatusBook::due() const {
    std::optional<TimePoint> first;
    for (ObjectId const& id : doubtful_) {
        Entry const& entry = entries_.at(id);
        if (entry.under_way) continue;
        first = std::min(first.value_or(entry.not_before), entry.not_before);
    }
    return first;
}

// --- how writes have ended ---------------------------------------------------------------------

void StatusBook::written(kube::StoredStatus status) {
    Entry* const entry = end(status);
    if (entry != nullptr && !is_older(status, *entry->stored)) take(*entry, std::move(status));
}

void StatusBook::read_again(kube::StoredStatus status) {
    Entry* const entry = end(status);
    if (entry != nullptr) take(*entry, std::move(status));
}

bool StatusBook::put_off(kube::StoredStatus const& status, TimePoint again) {
    Entry* const entry = end(status);
    if (entry == nullptr) return false;
    entry->not_before = std::max(entry->not_before, again);
    doubtful_.insert(status.id);
    return true;
}

void StatusBook::leave(kube::StoredStatus const& status) { (void)end(status); }

StatusBook::Entry* StatusBook::end(kube::StoredStatus const& status) {
    auto const found = entries_.find(status.id);
    if (found == entries_.end()) return nullptr;
    Entry& entry = found->second;
    if (!entry.stored || entry.stored->uid != status.uid) return nullptr;
    entry.under_way = false;
    return &entry;
}

}  // namespace holdfast::controller
