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

/// Sorted by place.
std::vector<Told> told_by(Translation const& translation);
std::vector<Transition> transitions(std::vector<Told> const& before,
                                    std::vector<Told> const& after);
std::vector<std::string> departures(std::vector<Told> const& before,
                                    std::vector<Told> const& after);
std::vector<Condition> const* find(std::vector<Told> const& sorted, Told const& one);
bool same(Condition const& one, Condition const& other);
void log_transition(Transition const& transition);
std::vector<Problem> new_orphans(Translation const& before, Translation const& after);

/// The first kLinesMax of them, and how many more there are.
template <class Items, class Log>
void log_some(Items const& items, Log log) {
    std::size_t const shown = std::min(items.size(), kLinesMax);
    std::for_each_n(items.begin(), shown, log);
    if (items.size() > shown) {
        log::warning("more of this kind: /status lists them", {{"count", items.size() - shown}});
    }
}

auto place(Told const& told) { return std::tie(told.object, told.part); }

}  // namespace

std::vector<Transition> transitions(Translation const& before, Translation const& after) {
    return transitions(told_by(before), told_by(after));
}

std::vector<std::string> departures(Translation const& before, Translation const& after) {
    return departures(told_by(before), told_by(after));
}

void log_transitions(Translation const& before, Translation const& after) {
    std::vector<Told> const known = told_by(before);
    std::vector<Told> const told = told_by(after);
    std::vector<Transition> changed = transitions(known, told);
    std::erase_if(changed, [](Transition const& one) {
        return one.condition.type == condition::kProgrammed;
    });
    log_some(changed, log_transition);
    log_some(departures(known, told),
             [](std::string const& name) { log::info("object is gone", {{"object", name}}); });
    log_some(new_orphans(before, after), [](Problem const& orphan) {
        log::warning(
            "reference leads to no Gateway that is served here",
            {{"object", orphan.object}, {"field", orphan.field}, {"detail", orphan.message}});
    });
}

namespace {

std::vector<Transition> transitions(std::vector<Told> const& before,
                                    std::vector<Told> const& after) {
    std::vector<Transition> result;
    for (Told const& told : after) {
        std::vector<Condition> const* const old = find(before, told);
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

std::vector<std::string> departures(std::vector<Told> const& before,
                                    std::vector<Told> const& after) {
    std::vector<std::string> gone;
    for (Told const& told : before) {
        if (find(after, told) != nullptr) continue;
        bool const whole = !std::ranges::binary_search(after, told.object, {}, &Told::object);
        std::string name =
            whole || told.part.empty() ? told.object : told.object + ", " + told.part;
        if (gone.empty() || gone.back() != name) gone.push_back(std::move(name));
    }
    return gone;
}

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
