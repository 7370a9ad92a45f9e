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
        if (auto const known = refusals_.find(object);
            known != refusals_.end() && same(known->second.refused, *refused)) {
            known->second.by.insert(stream);
            continue;
        }
        auto const wanted = find_object(wanted_, object);
        if (wanted && holds(admitted_, object, *refused)) {
            refusals_.insert_or_assign(object,
                                       Refusal{*wanted, *refused, std::move(found), {stream}, {}});
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
        Verdict const now = judge(object, refusal, in_force);
        changed = std::exchange(refusal.verdict, now) != now || changed;
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

Checked<model::Table> Quarantine::admit(model::Table const& wanted) {
    Refusals refusals = refusals_;
    std::erase_if(refusals,
                  [&](auto const& item) { return !holds(wanted, item.first, item.second.wanted); });
    std::vector<Quarantined> entries;
    model::Table table = wanted;
    for (auto const& [object, refusal] : refusals) {
        if (refusal.verdict == Verdict::put_away) {
            leave_out(table, object);
            entries.push_back({object, FoundBy::dataplane, refusal.problems});
        }
    }
    // Leaving one object out may uncover a fault of another, and ends after the last one at most.
    for (auto problems = model::validate(table); !problems.empty();
         problems = model::validate(table)) {
        bool smaller = false;
        for (auto& [object, found] : by_object(problems)) {
            if (leave_out(table, object)) {
                smaller = true;
                entries.push_back({object, FoundBy::validation, std::move(found)});
            }
        }
        if (!smaller) {
            return problems;
        }
    }
    std::ranges::sort(entries, {}, &Quarantined::object);
    refusals_ = std::move(refusals);
    entries_ = std::move(entries);
    wanted_ = wanted;
    admitted_ = table;
    return table;
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
