#include "controller/status/transitions.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "common/base/log.hpp"
#include "controller/translate/conditions.hpp"

namespace holdfast::controller {
namespace {

/// One edit can turn ten thousand routes; people read the first few lines.
constexpr std::size_t kLinesMax = 50;

/// The conditions of one object or one part of it.
struct Told {
    std::string object;
    std::string part;
    std::vector<Condition> const* conditions;
};

std::vector<Told> told_by(Translation const& translation);
std::vector<Condition> const* find(std::vector<Told> const& sorted, Told const& one);
bool same(Condition const& one, Condition const& other);
void log_transition(Transition const& transition);
std::vector<Problem> new_orphans(Translation const& before, Translation const& after);

auto place(Told const& told) { return std::tie(told.object, told.part); }

}  // namespace

std::vector<Transition> transitions(Translation const& before, Translation const& after) {
    std::vector<Transition> result;
    std::vector<Told> const known = told_by(before);
    for (Told const& told : told_by(after)) {
        std::vector<Condition> const* const old = find(known, told);
        for (Condition const& now : *told.conditions) {
            bool const fault = condition::is_fault(now.type, now.status);
            bool const unchanged =
                old == nullptr ? !fault : std::ranges::any_of(*old, [&](Condition const& one) {
                    return same(one, now);
                });
            if (!unchanged) {
                result.push_back({told.object, told.part, now, fault});
            }
        }
    }
    return result;
}

void log_transitions(Translation const& before, Translation const& after) {
    std::vector<Transition> changed = transitions(before, after);
    std::erase_if(changed, [](Transition const& one) {
        return one.condition.type == condition::kProgrammed;
    });
    std::vector<Problem> const orphans = new_orphans(before, after);
    std::size_t const changed_shown = std::min(changed.size(), kLinesMax);
    std::size_t const orphans_shown = std::min(orphans.size(), kLinesMax);
    for (std::size_t i = 0; i < changed_shown; ++i) {
        log_transition(changed[i]);
    }
    for (std::size_t i = 0; i < orphans_shown; ++i) {
        log::warning("reference leads to no Gateway that is served here",
                     {{"object", orphans[i].object},
                      {"field", orphans[i].field},
                      {"detail", orphans[i].message}});
    }
    std::size_t const hidden = changed.size() - changed_shown + orphans.size() - orphans_shown;
    if (hidden > 0) {
        log::warning("more of this kind: /status lists them", {{"count", hidden}});
    }
}

namespace {

/// Sorted by place.
std::vector<Told> told_by(Translation const& translation) {
    std::vector<Told> all;
    for (auto const& [name, status] : translation.gateways) {
        std::string const object = "Gateway " + name;
        all.push_back({object, "", &status.conditions});
        for (ListenerStatus const& listener : status.listeners) {
            all.push_back({object, "listener " + listener.name, &listener.conditions});
        }
    }
    for (auto const& [name, parents] : translation.routes) {
        for (RouteParentStatus const& parent : parents) {
            ParentRef const& ref = parent.parent_ref;
            std::string part = "parent " + ref.name_space + '/' + ref.name;
            if (!ref.section_name.empty()) part += ", listener " + ref.section_name;
            if (ref.port != 0) part += ", port " + std::to_string(ref.port);
            all.push_back({"WebSocketRoute " + name, std::move(part), &parent.conditions});
        }
    }
    std::ranges::sort(all, {}, place);
    return all;
}

std::vector<Condition> const* find(std::vector<Told> const& sorted, Told const& one) {
    auto const found = std::ranges::lower_bound(sorted, place(one), {}, place);
    return found == sorted.end() || place(*found) != place(one) ? nullptr : found->conditions;
}

bool same(Condition const& one, Condition const& other) {
    auto const text = [](Condition const& it) {
        return std::tie(it.type, it.status, it.reason, it.message);
    };
    return text(one) == text(other);
}

void log_transition(Transition const& transition) {
    Condition const& condition = transition.condition;
    log::write(transition.fault ? log::Level::warning : log::Level::info,
               transition.fault ? "object is at fault" : "object is well",
               {{"object", transition.object},
                {"part", transition.part},
                {"condition", condition.type + (condition.status ? "=True" : "=False")},
                {"reason", condition.reason},
                {"detail", condition.message}});
}

std::vector<Problem> new_orphans(Translation const& before, Translation const& after) {
    std::unordered_set<std::string> known;
    for (Problem const& orphan : before.orphans) {
        known.insert(to_string(orphan));
    }
    std::vector<Problem> fresh = after.orphans;
    std::erase_if(fresh, [&](Problem const& orphan) { return known.contains(to_string(orphan)); });
    return fresh;
}

}  // namespace
}  // namespace holdfast::controller
