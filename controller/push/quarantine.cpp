#include "controller/push/quarantine.hpp"

#include <algorithm>
#include <utility>

#include "common/model/validate.hpp"

namespace holdfast::controller {
namespace {

using ProblemsByObject = std::map<std::string, std::vector<Problem>>;

ProblemsByObject by_object(std::vector<Problem> const& problems);

}  // namespace

void Quarantine::refuse(StreamId stream, model::Table const& table,
                        std::vector<Problem> const& problems) {
    for (auto& [object, found] : by_object(problems)) {
        auto const refused = find_object(table, object);
        if (!refused) continue;
        if (auto const known = refusals_.find(object); known != refusals_.end()) {
            Refusal& refusal = known->second;
            bool const stands_in = refusal.last_good && same(*refusal.last_good, *refused);
            if (stands_in) continue;  // It is in force elsewhere.
            if (same(refusal.refused, *refused)) {
                refusal.by.insert(stream);
                continue;
            }
        }
        auto const wanted = find_object(wanted_, object);
        if (wanted && holds(admitted_, object, *refused)) {
            refusals_.insert_or_assign(object, Refusal{.wanted = *wanted,
                                                       .refused = *refused,
                                                       .problems = std::move(found),
                                                       .by = {stream},
                                                       .verdict = Verdict::tolerated,
                                                       .last_good = {}});
        }
    }
}

void Quarantine::accept(StreamId stream, model::Table const& table) {
    for (auto& [object, refusal] : refusals_) {
        if (holds(table, object, refusal.refused)) {
            refusal.by.erase(stream);
        }
    }
}

void Quarantine::forget(StreamId stream) {
    for (auto& [object, refusal] : refusals_) {
        refusal.by.erase(stream);
    }
}

bool Quarantine::review(TablesInForce const& in_force) {
    bool changed = false;
    for (auto& [object, refusal] : refusals_) {
        Verdict const verdict = judge(object, refusal, in_force);
        auto good = verdict == Verdict::put_away ? last_good(object, refusal, in_force)
                                                 : std::optional<TableObject>();
        bool const same_good = good.has_value() == refusal.last_good.has_value() &&
                               (!good || same(*good, *refusal.last_good));
        changed = changed || verdict != refusal.verdict || !same_good;
        refusal.verdict = verdict;
        refusal.last_good = std::move(good);
    }
    std::erase_if(refusals_, [](auto const& item) { return item.second.by.empty(); });
    return changed;
}

Quarantine::Verdict Quarantine::judge(std::string const& object, Refusal const& refusal,
                                      TablesInForce const& in_force) {
    bool const serves_elsewhere = std::ranges::any_of(in_force, [&](auto const& item) {
        return !refusal.by.contains(item.first) && holds(*item.second, object, refusal.refused);
    });
    return refusal.by.empty() || serves_elsewhere ? Verdict::tolerated : Verdict::put_away;
}

/// What stands in already, as long as anyone has it; else what a data plane has that refused the
/// newer version; else what any has.
std::optional<TableObject> Quarantine::last_good(std::string const& object, Refusal const& refusal,
                                                 TablesInForce const& in_force) {
    std::optional<TableObject> good;
    for (auto const& [stream, table] : in_force) {
        auto const version = find_object(*table, object);
        if (!version || same(*version, refusal.refused)) continue;
        if (refusal.last_good && same(*version, *refusal.last_good)) return version;
        if (!good || refusal.by.contains(stream)) good = version;
    }
    return good;
}

Checked<model::Table> Quarantine::admit(model::Table const& wanted) {
    Refusals refusals = refusals_;
    std::erase_if(refusals,
                  [&](auto const& item) { return !holds(wanted, item.first, item.second.wanted); });
    std::map<std::string, Quarantined> entries;
    model::Table table = wanted;
    for (auto const& [object, refusal] : refusals) {
        if (refusal.verdict == Verdict::put_away) {
            auto& entry = entries[object] = {object, FoundBy::dataplane, refusal.problems};
            put_away(table, entry, refusal.last_good);
        }
    }
    // Each round puts an older version in the place of an object, or leaves it out for good. That
    // may uncover a fault of another one, and ends after the last one at most.
    for (auto problems = model::validate(table); !problems.empty();
         problems = model::validate(table)) {
        bool changed = false;
        for (auto& [object, found] : by_object(problems)) {
            if (!find_object(table, object)) continue;
            changed = true;
            auto const [entry, is_new] =
                entries.try_emplace(object, object, FoundBy::validation, std::move(found));
            put_away(table, entry->second, is_new ? find_object(admitted_, object) : std::nullopt);
        }
        if (!changed) {
            return problems;
        }
    }
    refusals_ = std::move(refusals);
    entries_.clear();
    for (auto& [object, entry] : entries) {
        entries_.push_back(std::move(entry));
    }
    wanted_ = wanted;
    admitted_ = table;
    return table;
}

void Quarantine::put_away(model::Table& table, Quarantined& entry,
                          std::optional<TableObject> const& good) {
    auto const now = find_object(table, entry.object);
    if (now && good && !same(*now, *good)) {
        entry.standby = Standby::last_good;
        replace(table, entry.object, *good);
    } else {
        entry.standby = Standby::nothing;
        leave_out(table, entry.object);
    }
}

namespace {

ProblemsByObject by_object(std::vector<Problem> const& problems) {
    ProblemsByObject result;
    for (Problem const& problem : problems) {
        result[problem.object].push_back(problem);
    }
    return result;
}

}  // namespace
}  // namespace holdfast::controller
