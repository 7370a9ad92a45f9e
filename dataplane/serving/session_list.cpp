#include "dataplane/serving/session_list.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "common/base/clock.hpp"

namespace holdfast {

namespace json = boost::json;

namespace {

std::vector<relay::SessionId> lowest_ids(relay::Engine const& engine, SessionQuery const& query);
json::object to_json(relay::SessionView const& session);
void sort_by_id(json::array& sessions);

}  // namespace

json::array list_sessions(relay::Engine const& engine, SessionQuery const& query) {
    auto const shown = lowest_ids(engine, query);
    json::array list;
    engine.for_each([&](relay::SessionView const& session) {
        if (std::ranges::binary_search(shown, session.id)) list.push_back(to_json(session));
    });
    sort_by_id(list);
    return list;
}

json::array merge(std::vector<json::array> lists, std::size_t limit) {
    json::array all;
    for (auto& list : lists)
        std::ranges::move(list, std::back_inserter(all));
    sort_by_id(all);
    if (all.size() > limit) all.resize(limit);
    return all;
}

namespace {

std::vector<relay::SessionId> lowest_ids(relay::Engine const& engine, SessionQuery const& query) {
    std::vector<relay::SessionId> ids;
    engine.for_each([&](relay::SessionView const& session) {
        bool const asked_for = query.route.empty() || session.terms.route == query.route;
        if (asked_for && session.id > query.after) ids.push_back(session.id);
    });
    std::ranges::sort(ids);
    if (ids.size() > query.limit) ids.resize(query.limit);
    return ids;
}

void sort_by_id(json::array& sessions) {
    std::ranges::sort(sessions, {}, [](json::value const& session) {
        return session.at("id").to_number<relay::SessionId>();
    });
}

json::object to_json(relay::SessionView const& session) {
    auto const& terms = session.terms;
    auto const& labels = session.labels;
    return {{"id", session.id},
            {"started", format_time(session.started)},
            {"state", session.state},
            {"quiet_ms", session.quiet.count()},
            {"request_id", labels.request_id},
            {"client", labels.client},
            {"listener", terms.listener},
            {"host", labels.host},
            {"path", labels.path},
            {"route", terms.route},
            {"rule", terms.rule},
            {"backend", labels.backend},
            {"endpoint", labels.endpoint},
            {"subprotocol", labels.subprotocol},
            {"bytes_from_client", session.bytes_from_client},
            {"bytes_to_client", session.bytes_to_client},
            {"messages_from_client", session.messages_from_client},
            {"messages_to_client", session.messages_to_client}};
}

}  // namespace
}  // namespace holdfast
