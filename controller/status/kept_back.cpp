#include "controller/status/kept_back.hpp"

#include <set>
#include <vector>

namespace holdfast::controller {
namespace {

/// Objects as problems call them.
using Names = std::set<std::string>;

Names route_and_backends(model::Table const& table, std::string const& route) {
    Names names{"Route " + route};
    auto const found = table.routes.find(route);
    if (found == table.routes.end()) {
        return names;
    }
    for (model::Rule const& rule : found->second->rules) {
        for (model::WeightedBackend const& one : rule.backends) {
            names.insert("Backend " + one.backend);
        }
    }
    return names;
}

Names listener_and_certificates(model::Table const& table, std::string const& listener) {
    Names names{"Listener " + listener};
    if (auto const found = table.listeners.find(listener); found != table.listeners.end()) {
        for (std::string const& certificate : found->second->certificates) {
            names.insert("Certificate " + certificate);
        }
    }
    return names;
}

/// `names_of(wanted table, name)` are the objects that are asked for.
std::string kept_back(Publisher const& publisher, std::string const& gateway,
                      std::string const& name,
                      Names (*names_of)(model::Table const&, std::string const&)) {
    Quarantine const* const quarantine = publisher.quarantine(gateway);
    if (quarantine == nullptr || quarantine->entries().empty()) {
        return {};
    }
    Names const names = names_of(*publisher.wanted(gateway), name);
    std::string text;
    auto const add = [&text](std::string const& sentence) {
        text += (text.empty() ? "" : "; ") + sentence;
    };
    for (Quarantined const& entry : quarantine->entries()) {
        if (!names.contains(entry.object)) {
            continue;
        }
        for (Problem const& problem : entry.problems) {
            add(entry.object + " " + problem.field + ": " + problem.message);
        }
        if (entry.problems.empty()) {
            add(entry.object + " is refused");
        }
        if (entry.standby == Standby::last_good) {
            add("its last good version stays in force");
        }
    }
    return text;
}

}  // namespace

std::string kept_back_of_route(Publisher const& publisher, std::string const& gateway,
                               std::string const& route) {
    return kept_back(publisher, gateway, route, route_and_backends);
}

std::string kept_back_of_listener(Publisher const& publisher, std::string const& gateway,
                                  std::string const& listener) {
    return kept_back(publisher, gateway, listener, listener_and_certificates);
}

}  // namespace holdfast::controller
