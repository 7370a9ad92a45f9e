#include "controller/translate/route_status.hpp"

#include <string>
#include <utility>

namespace holdfast::controller {
namespace {

/// Adds Accepted, and returns whether it holds.
bool add_accepted(ParentRef const& ref, ParentOutcome const& outcome, BuiltRules const& built,
                  Conditions& conditions);

}  // namespace

RouteParentStatus route_status(WebSocketRoute const& route, ParentOutcome const& outcome,
                               BuiltRules const& built) {
    ParentRef const& ref = route.parent_refs[outcome.parent_index];
    Conditions conditions(route.meta.generation);
    bool const accepted = add_accepted(ref, outcome, built, conditions);
    if (built.unresolved.empty()) {
        std::string const but = built.left_out.empty() ? "" : ' ' + sentences(built.left_out);
        conditions.add_true(condition::kResolvedRefs, reason::kResolvedRefs,
                            "Every reference is resolved." + but);
    } else {
        conditions.add_false(condition::kResolvedRefs, built.unresolved);
    }
    if (accepted && !built.invalid.empty()) {
        // Gateway API prescribes the first two words, and that a route that is not accepted has no
        // such condition.
        conditions.add_true(condition::kPartiallyInvalid, reason::kUnsupportedValue,
                            "Dropped Rule: " + sentences(built.invalid));
    }
    return {ref, std::move(conditions).take()};
}

namespace {

bool add_accepted(ParentRef const& ref, ParentOutcome const& outcome, BuiltRules const& built,
                  Conditions& conditions) {
    if (outcome.refusal) {
        conditions.add_false(condition::kAccepted, {*outcome.refusal});
        return false;
    }
    if (built.rules.empty()) {
        conditions.add_false(condition::kAccepted, reason::kUnsupportedValue,
                             "No rule is valid: " + sentences(built.invalid));
        return false;
    }
    std::string const gateway = "Gateway " + ref.name_space + '/' + ref.name;
    conditions.add_true(
        condition::kAccepted, reason::kAccepted,
        outcome.takes_clients
            ? "The route is attached to " + gateway + '.'
            : "The route is attached to " + gateway +
                  ", but to no listener that takes new clients: the Gateway's status says why.");
    return true;
}

}  // namespace
}  // namespace holdfast::controller
