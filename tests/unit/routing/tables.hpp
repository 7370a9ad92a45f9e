#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/model/table.hpp"
#include "dataplane/routing/route_table.hpp"

/// Tables for tests, built piece by piece.
namespace holdfast::routing {

inline model::Match exact(std::string path) {
    model::Match match;
    match.path = {model::PathMatchType::exact, std::move(path)};
    return match;
}

inline model::Match prefix(std::string path) {
    model::Match match;
    match.path = {model::PathMatchType::prefix, std::move(path)};
    return match;
}

inline model::Rule rule(std::string name, std::vector<model::Match> matches) {
    model::Rule made;
    made.name = std::move(name);
    made.matches = std::move(matches);
    return made;
}

class TableBuilder {
public:
    TableBuilder& listener(std::string name, std::string hostname = "", std::uint16_t port = 80) {
        model::Listener made;
        made.name = name;
        made.hostname = std::move(hostname);
        made.port = port;
        table_.listeners[std::move(name)] = std::make_shared<model::Listener>(std::move(made));
        return *this;
    }
    TableBuilder& backend(std::string name, std::vector<model::Endpoint> endpoints) {
        table_.backends[name] =
            std::make_shared<model::Backend>(model::Backend{std::move(endpoints)});
        return *this;
    }
    TableBuilder& route(std::string key, model::Route route) {
        table_.routes[std::move(key)] = std::make_shared<model::Route>(std::move(route));
        return *this;
    }
    /// On listener `web`.
    TableBuilder& route(std::string key, std::vector<std::string> hosts,
                        std::vector<model::Rule> rules,
                        std::string created = "2026-01-01T00:00:00Z") {
        model::Route made;
        made.created = std::move(created);
        made.attachments = {{"web", std::move(hosts)}};
        made.rules = std::move(rules);
        return route(std::move(key), std::move(made));
    }
    [[nodiscard]] std::shared_ptr<RouteTable const> compile() const {
        return RouteTable::compile(std::make_shared<model::Table>(table_));
    }
    [[nodiscard]] model::Table const& table() const { return table_; }

private:
    model::Table table_;
};

/// `namespace/name/rule` of what takes the request on listener `web`, or `none`.
inline std::string taken_by(RouteTable const& table, RequestView const& request) {
    auto const found = table.find(*table.source().listeners.at("web"), request);
    return found.rule ? found.rule->route + '/' + found.rule->rule->name : "none";
}

inline std::string taken_by(RouteTable const& table, std::string_view host, std::string_view path) {
    return taken_by(table,
                    {.host = host, .path = path, .query = {}, .headers = {}, .subprotocols = {}});
}

}  // namespace holdfast::routing
