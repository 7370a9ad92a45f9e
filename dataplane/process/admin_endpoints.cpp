// What the admin port answers; the rest of Server is in server.cpp.
#include <boost/json/serialize.hpp>

#include <future>

#include "common/base/log.hpp"
#include "common/model/table_json.hpp"
#include "dataplane/process/server.hpp"

namespace json = boost::json;

namespace holdfast {
namespace {

/// A worker that does not answer within this is stuck, and the list goes out without it.
constexpr auto kListTimeout = std::chrono::seconds(2);

admin::Response plain(std::string text, unsigned status = 200) {
    return {.status = status, .body = std::move(text) + "\n"};
}

json::array list_sessions(Serving const& serving, std::string const& route) {
    std::vector<std::future<json::array>> lists;
    for (auto const& worker : serving.workers()) {
        auto promise = std::make_shared<std::promise<json::array>>();
        lists.push_back(promise->get_future());
        worker->list_sessions(route,
                              [promise](json::array list) { promise->set_value(std::move(list)); });
    }
    json::array all;
    for (auto& list : lists) {
        if (list.wait_for(kListTimeout) != std::future_status::ready) continue;
        for (auto& session : list.get())
            all.push_back(std::move(session));
    }
    return all;
}

json::object dump(std::optional<control::InForce> const& in_force) {
    if (!in_force) return {{"table", nullptr}};
    json::object sources;
    for (auto const& [source, revision] : in_force->version.sources)
        sources[source] = revision;
    return {{"version", {{"hash", in_force->version.hash}, {"sources", std::move(sources)}}},
            {"source", to_string(in_force->source)},
            {"applied", format_time(in_force->applied)},
            {"table", model::to_json_redacted(*in_force->table)}};
}

}  // namespace

std::vector<admin::Endpoint> Server::admin_endpoints() {
    auto const config = [this](admin::Request const&) {
        return admin::json_response(json::serialize(dump(applier_.in_force())) + "\n");
    };
    auto const sessions = [this](admin::Request const& request) {
        auto const route = request.parameter("route").value_or("");
        return admin::json_response(json::serialize(list_sessions(serving_, route)) + "\n");
    };
    auto const drain = [this](admin::Request const&) {
        drain_.on_drain_request(Clock::now());
        log::info("draining for the admin port", {{"connections", serving_.connections()}});
        tick();
        return plain(std::string(to_string(drain_.state())));
    };
    auto const undrain = [this](admin::Request const&) {
        if (!drain_.on_undrain_request()) return plain("a signal cannot be taken back", 409);
        log::info("serving again");
        tick();
        return plain(std::string(to_string(drain_.state())));
    };
    auto const logging = [](admin::Request const& request) {
        log::Level level{};
        if (!log::parse_level(request.parameter("level").value_or(""), level)) {
            return plain("level must be debug, info, warning or error", 400);
        }
        log::set_level(level);
        return plain("ok");
    };
    return {{"GET", "/config_dump", config},
            {"GET", "/sessions", sessions},
            {"POST", "/drain", drain},
            {"POST", "/undrain", undrain},
            {"POST", "/logging", logging}};
}

}  // namespace holdfast
