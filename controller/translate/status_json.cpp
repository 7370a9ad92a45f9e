#include "controller/translate/status_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string_view>

#include "controller/source/ours.hpp"

namespace holdfast::controller {
namespace {

namespace json = boost::json;

json::object listener_json(ListenerStatus const& listener);
json::object parent_ref_json(ParentRef const& ref);
json::array conditions_json(std::vector<Condition> const& conditions);

}  // namespace

boost::json::object to_json(std::vector<Condition> const& conditions) {
    return {{"conditions", conditions_json(conditions)}};
}

boost::json::object to_json(GatewayStatus const& status) {
    json::array listeners;
    for (ListenerStatus const& listener : status.listeners) {
        listeners.push_back(listener_json(listener));
    }
    return {{"conditions", conditions_json(status.conditions)},
            {"listeners", std::move(listeners)}};
}

boost::json::object to_json(std::vector<RouteParentStatus> const& parents) {
    json::array entries;
    for (RouteParentStatus const& parent : parents) {
        entries.push_back(json::object{{"parentRef", parent_ref_json(parent.parent_ref)},
                                       {"controllerName", kControllerName},
                                       {"conditions", conditions_json(parent.conditions)}});
    }
    return {{"parents", std::move(entries)}};
}

namespace {

json::object listener_json(ListenerStatus const& listener) {
    json::array kinds;
    for (GroupKind const& kind : listener.supported_kinds) {
        kinds.push_back(json::object{{"group", kind.group}, {"kind", kind.kind}});
    }
    return {{"name", listener.name},
            {"supportedKinds", std::move(kinds)},
            {"attachedRoutes", listener.attached_routes},
            {"conditions", conditions_json(listener.conditions)}};
}

json::object parent_ref_json(ParentRef const& ref) {
    json::object object{{"group", ref.group},
                        {"kind", ref.kind},
                        {"namespace", ref.name_space},
                        {"name", ref.name}};
    if (!ref.section_name.empty()) {
        object["sectionName"] = ref.section_name;
    }
    if (ref.port != 0) {
        object["port"] = ref.port;
    }
    return object;
}

std::string_view status_text(Condition const& condition) {
    if (condition.unknown) return "Unknown";
    return condition.status ? "True" : "False";
}

json::array conditions_json(std::vector<Condition> const& conditions) {
    json::array entries;
    for (Condition const& condition : conditions) {
        entries.push_back(json::object{{"type", condition.type},
                                       {"status", status_text(condition)},
                                       {"reason", condition.reason},
                                       {"message", condition.message},
                                       {"observedGeneration", condition.observed_generation}});
    }
    return entries;
}

}  // namespace
}  // namespace holdfast::controller
