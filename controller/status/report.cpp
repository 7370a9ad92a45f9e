#include "controller/status/report.hpp"

#include <boost/json.hpp>

#include <string_view>
#include <utility>

#include "controller/status/statuses.hpp"

namespace json = boost::json;

namespace holdfast::controller {
namespace {

json::array gateways_json(StatusView const& view, Statuses const& told);
json::array routes_json(Statuses const& told);
json::value leader_json(StatusView const& view);
json::array dataplanes_json(StatusView const& view);
json::object source_json(StatusView const& view);

json::object problem_json(Problem const& problem) {
    return {{"object", problem.object}, {"field", problem.field}, {"message", problem.message}};
}

template <class Items, class ToJson>
json::array list(Items const& items, ToJson to_json) {
    json::array result;
    for (auto const& item : items) {
        result.push_back(to_json(item));
    }
    return result;
}

}  // namespace

json::object status_report(StatusView const& view) {
    Statuses const told = statuses(view);
    return {
        {"ready", view.source_synced && view.built},
        {"leader", leader_json(view)},
        {"gateways", gateways_json(view, told)},
        {"routes", routes_json(told)},
        {"orphans", list(view.translation.orphans, problem_json)},
        {"dataplanes", dataplanes_json(view)},
        {"source", source_json(view)},
    };
}

namespace {

json::object quarantined_json(Quarantined const& entry) {
    return {{"object", entry.object},
            {"foundBy", entry.found_by == FoundBy::dataplane ? "dataplane" : "validation"},
            {"inForce", entry.standby == Standby::last_good ? "lastGood" : "nothing"},
            {"problems", list(entry.problems, problem_json)}};
}

json::object offer_json(Offer const& offer) {
    json::object sources;
    for (auto const& [collection, version] : offer.version.sources) {
        sources[collection] = version;
    }
    return {{"hash", offer.version.hash},
            {"sources", std::move(sources)},
            {"gone", offer.gone},
            {"quarantine", list(offer.quarantine, quarantined_json)},
            {"held", list(offer.held, problem_json)}};
}

/// Gateways that exist, and those whose last table outlives them.
json::array gateways_json(StatusView const& view, Statuses const& told) {
    std::map<std::string, json::object> gateways;
    for (auto const& [id, status] : told) {
        if (id.kind == Gateway::kKind) gateways[id.key] = status;
    }
    for (Offer const& offer : view.publisher.offers()) {
        gateways[offer.gateway]["table"] = offer_json(offer);
    }
    json::array result;
    for (auto& [name, gateway] : gateways) {
        gateway["name"] = name;
        result.push_back(std::move(gateway));
    }
    return result;
}

json::array routes_json(Statuses const& told) {
    json::array result;
    for (auto const& [id, status] : told) {
        if (id.kind != WebSocketRoute::kKind) continue;
        json::object route = status;
        route["name"] = id.key;
        result.push_back(std::move(route));
    }
    return result;
}

json::array dataplanes_json(StatusView const& view) {
    json::array result;
    for (DataplaneStatus const& one : view.publisher.fleet().dataplanes()) {
        result.push_back({{"node", one.node},
                          {"gateway", one.gateway},
                          {"peer", view.peer(one.stream)},
                          {"build", one.build},
                          {"subscribed", one.subscribed},
                          {"state", to_string(one.state)},
                          {"inForce", one.in_force},
                          {"underWay", one.under_way},
                          {"problems", list(one.problems, problem_json)}});
    }
    return result;
}

/// Null where nobody is elected: a directory has no statuses to write.
json::value leader_json(StatusView const& view) {
    if (!view.leader) return nullptr;
    LeaderReport const& leader = *view.leader;
    json::object result{
        {"lease", leader.lease}, {"leads", leader.leads}, {"holder", leader.holder}};
    if (!leader.trouble.empty()) {
        auto const lasted =
            std::chrono::floor<std::chrono::seconds>(view.now - leader.trouble_since);
        result["trouble"] = leader.trouble;
        result["troubleSeconds"] = lasted.count();
    }
    return result;
}

json::object source_problem_json(SourceProblem const& problem) {
    json::object result = problem_json(problem.problem);
    if (!problem.file.empty()) {
        result["file"] = problem.file;
        result["line"] = problem.at.line;
        result["column"] = problem.at.column;
    }
    return result;
}

json::object source_json(StatusView const& view) {
    return {{"synced", view.source_synced},
            {"objects", view.source.objects_count},
            {"files", view.source.files_count},
            {"filesRefused", view.source.files_refused},
            {"neverGood", view.source.never_good},
            {"held", view.held},
            {"loads", view.source.loads_total},
            {"problems", list(view.source.problems, source_problem_json)}};
}

}  // namespace
}  // namespace holdfast::controller
