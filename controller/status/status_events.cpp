#include "controller/status/status_events.hpp"

#include <string>

#include "controller/translate/conditions.hpp"

namespace holdfast::controller {
namespace {

bool worth_an_event(ConditionChange const& change);
kube::Event event_of(kube::StoredStatus const& stored, ConditionChange const& change);

}  // namespace

std::vector<kube::Event> events_of(StatusWrite const& write) {
    std::vector<kube::Event> events;
    for (ConditionChange const& change : write.patch.changes) {
        if (worth_an_event(change)) events.push_back(event_of(write.stored, change));
    }
    return events;
}

namespace {

bool worth_an_event(ConditionChange const& change) {
    if (change.kind != ConditionChange::Kind::began) return true;
    // That something begins well is told once: of a route for each parent, of a Gateway as a whole.
    return change.type == condition::kProgrammed && !change.part.starts_with("listener ");
}

kube::Event event_of(kube::StoredStatus const& stored, ConditionChange const& change) {
    std::size_t const slash = stored.id.key.find('/');
    bool const namespaced = slash != std::string::npos;
    bool const fault = change.kind == ConditionChange::Kind::fault;
    return {.regarding = {.api_version = stored.api_version,
                          .kind = stored.id.kind,
                          .name_space = namespaced ? stored.id.key.substr(0, slash) : std::string(),
                          .name = namespaced ? stored.id.key.substr(slash + 1) : stored.id.key,
                          .uid = stored.uid,
                          .resource_version = stored.resource_version},
            .type = fault ? kube::EventType::warning : kube::EventType::normal,
            .reason = change.reason,
            .action = "UpdateStatus",
            .note = (change.part.empty() ? "" : change.part + ": ") + change.message};
}

}  // namespace
}  // namespace holdfast::controller
