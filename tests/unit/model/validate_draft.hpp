#pragma once

#include "common/model/table.hpp"
#include "common/model/validate.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/problem_printer.hpp"

namespace holdfast::model {

/// A small table that passes validate, as values: each test breaks one of them.
struct Draft {
    std::string gateway = "default/edge";
    std::map<std::string, Listener> listeners{
        {"web", {"web", 80, ListenerProtocol::http, "*.example.com", {}}}};
    std::map<std::string, Certificate> certificates;
    std::map<std::string, Backend> backends{
        {"default/chat:80", {{{"10.0.0.1", 80, EndpointState::ready}}}}};
    std::map<std::string, Route> routes{{"default/chat", route_with_one_rule()}};

    [[nodiscard]] Route& route() { return routes.at("default/chat"); }
    [[nodiscard]] Rule& rule() { return route().rules.at(0); }
    [[nodiscard]] Match& match() { return rule().matches.at(0); }
    [[nodiscard]] Backend& backend() { return backends.at("default/chat:80"); }
    [[nodiscard]] Listener& listener() { return listeners.at("web"); }

    /// Makes the listener one for https, with a certificate that fits.
    void serve_https() {
        static Certificate const certificate = test::make_certificate("chat.example.com");
        certificates["default/tls"] = certificate;
        listener().protocol = ListenerProtocol::https;
        listener().certificates = {"default/tls"};
    }

    [[nodiscard]] std::vector<Problem> problems() const {
        Table table;
        table.gateway = gateway;
        share(listeners, table.listeners);
        share(certificates, table.certificates);
        share(backends, table.backends);
        share(routes, table.routes);
        return validate(table);
    }

private:
    static Route route_with_one_rule() {
        Rule rule;
        rule.name = "0";
        rule.matches.emplace_back();
        rule.backends = {{"default/chat:80", 1, true}};
        return {"2026-01-01T00:00:00Z", 1, {{"web", {"chat.example.com"}}}, {rule}};
    }

    template <class Entry>
    static void share(std::map<std::string, Entry> const& from, Collection<Entry>& into) {
        for (auto const& [key, entry] : from) {
            into[key] = std::make_shared<Entry const>(entry);
        }
    }
};

}  // namespace holdfast::model
