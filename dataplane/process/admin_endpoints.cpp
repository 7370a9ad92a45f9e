// What the admin port answers; the rest of Server is in server.cpp.
#include <boost/json/serialize.hpp>

#include <charconv>
#include <future>

#include "common/base/log.hpp"
#include "common/model/table_json.hpp"
#include "dataplane/process/server.hpp"

namespace json = boost::json;

namespace holdfast {
namespace {

/// A worker that has not answered by then is stuck, and the list goes out without its sessions.
constexpr auto kListTimeout = std::chrono::seconds(2);
constexpr std::uint64_t kListLimit = 1000;

admin::Response plain(std::string text, unsigned status = 200) {
    return {.status = status, .body = std::move(text) + "\n"};
}

/// A number in the query; nothing where it is none.
std::optional<std::uint64_t> number(admin::Request const& request, std::string_view name,
                                    std::uint64_t otherwise) {
    auto const text = request.parameter(name);
    if (!text) return otherwise;
    std::uint64_t value = 0;
    auto const* const end = text->data() + text->size();
    auto const [parsed, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || parsed != end) return std::nullopt;
    return value;
}

json::array list_sessions(Serving const& serving, SessionQuery const& query) {
    std::vector<std::future<json::array>> answers;
    for (auto const& worker : serving.workers()) {
        auto promise = std::make_shared<std::promise<json::array>>();
        answers.push_back(promise->get_future());
        worker->list_sessions(query,
                              [promise](json::array list) { promise->set_value(std::move(list)); });
    }
    auto const deadline = std::chrono::steady_clock::now() + kListTimeout;
    std::vector<json::array> lists;
    for (auto& answer : answers) {
        bool const in_time = answer.wait_until(deadline) == std::future_status::ready;
        if (in_time) lists.push_back(answer.get());
    }
    return merge(std::move(lists), query.limit);
}

admin::Response sessions(Serving const& serving, admin::Request const& request) {
    auto const limit = number(request, "limit", kListLimit);
    auto const after = number(request, "after", 0);
    if (!limit || !after) return plain("limit and after must be numbers", 400);
    auto const route = request.parameter("route").value_or("");
    auto const list = list_sessions(serving, {.route = route, .after = *after, .limit = *limit});
    return admin::json_response(json::serialize(list) + "\n");
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
    auto const list = [this](admin::Request const& request) { return sessions(serving_, request); };
    auto const drain = [this](admin::Request const&) {
        drain_.on_drain_request(Clock::now());
        log_drain("draining for the admin port");
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
            {"GET", "/sessions", list},
            {"POST", "/drain", drain},
            {"POST", "/undrain", undrain},
            {"POST", "/logging", logging}};
}

}  // namespace holdfast
