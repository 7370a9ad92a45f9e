#include "controller/status/statuses.hpp"

#include <boost/json/array.hpp>

#include <utility>

#include "common/base/address.hpp"
#include "controller/status/programmed.hpp"
#include "controller/translate/status_json.hpp"

namespace json = boost::json;

namespace holdfast::controller {
namespace {

json::array addresses_json(std::vector<std::string> const& addresses) {
    json::array list;
    for (std::string const& one : addresses) {
        list.push_back(
            json::object{{"type", ip_family(one) ? "IPAddress" : "Hostname"}, {"value", one}});
    }
    return list;
}

template <class T>
std::string uid_of(Objects<T> const& objects, std::string const& key) {
    auto const found = objects.find(key);
    return found == objects.end() ? std::string() : found->second->meta.uid;
}

std::string uid_of(Snapshot const& snapshot, ObjectId const& id) {
    if (id.kind == GatewayClass::kKind) return uid_of(snapshot.gateway_classes, id.key);
    if (id.kind == Gateway::kKind) return uid_of(snapshot.gateways, id.key);
    return uid_of(snapshot.routes, id.key);
}

}  // namespace

Statuses statuses(StatusView const& view) {
    Statuses all;
    for (auto const& [name, conditions] : view.translation.gateway_classes) {
        all[{GatewayClass::kKind, name}] = to_json(conditions);
    }
    for (auto const& [name, status] : view.translation.gateways) {
        json::object& gateway = all[{Gateway::kKind, name}];
        gateway = to_json(gateway_as_served(view.publisher, name, status, view.now));
        gateway["addresses"] = addresses_json(view.gateway_addresses);
    }
    for (auto const& [name, parents] : view.translation.routes) {
        std::vector<RouteParentStatus> told = parents;
        for (RouteParentStatus& parent : told) {
            parent.conditions.push_back(
                programmed_condition(view.publisher, name, parent, view.now));
        }
        all[{WebSocketRoute::kKind, name}] = to_json(told);
    }
    return all;
}

WantedStatuses wanted_statuses(Statuses statuses, Snapshot const& snapshot) {
    WantedStatuses wanted;
    for (auto& [id, status] : statuses) {
        wanted[id] = {.status = std::move(status), .uid = uid_of(snapshot, id)};
    }
    return wanted;
}

}  // namespace holdfast::controller
