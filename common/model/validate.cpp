#include "common/model/validate.hpp"

#include <set>

#include "common/model/hostname.hpp"
#include "common/model/syntax.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::model {
namespace {

void validate_listener(std::string_view key, Listener const& listener, Table const& table,
                       std::vector<Problem>& problems);
void validate_certificate_keys(Listener const& listener, Table const& table, Place const& place);
/// Listeners that share a socket must be tellable from each other.
void validate_shared_ports(Collection<Listener> const& listeners, std::vector<Problem>& problems);

}  // namespace

std::vector<Problem> validate(Table const& table) {
    std::vector<Problem> problems;
    if (!is_object_key(table.gateway)) {
        Place const place("Table", "", problems);
        Place(place, "gateway").problem("must be namespace/name, not " + in_quotes(table.gateway));
    }
    for (auto const& [key, listener] : table.listeners) {
        validate_listener(key, *listener, table, problems);
    }
    validate_shared_ports(table.listeners, problems);
    for (auto const& [key, certificate] : table.certificates) {
        validate_certificate(key, *certificate, problems);
    }
    for (auto const& [key, backend] : table.backends) {
        validate_backend(key, *backend, problems);
    }
    for (auto const& [key, route] : table.routes) {
        validate_route(key, *route, table, problems);
    }
    return problems;
}

namespace {

void validate_listener(std::string_view key, Listener const& listener, Table const& table,
                       std::vector<Problem>& problems) {
    Place const place("Listener", key, problems);
    if (!is_name(listener.name) || listener.name != key) {
        Place(place, "name")
            .problem("must be a name and the listener's key, not " + in_quotes(listener.name));
    }
    if (listener.port == 0) {
        Place(place, "port").problem("must be from 1 to 65535");
    }
    if (!listener.hostname.empty() && !is_hostname_pattern(listener.hostname)) {
        Place(place, "hostname")
            .problem("must be a host name or *. and one, not " + in_quotes(listener.hostname));
    }
    validate_certificate_keys(listener, table, place);
}

void validate_certificate_keys(Listener const& listener, Table const& table, Place const& place) {
    Place const certificates(place, "certificates");
    if (listener.protocol == ListenerProtocol::http && !listener.certificates.empty()) {
        certificates.problem("must be empty for http");
    }
    for (std::size_t i = 0; i < listener.certificates.size(); ++i) {
        if (!table.certificates.contains(listener.certificates[i])) {
            Place(certificates, i)
                .problem("no certificate " + in_quotes(listener.certificates[i]) + " in the table");
        }
    }
}

void validate_shared_ports(Collection<Listener> const& listeners, std::vector<Problem>& problems) {
    std::map<std::uint16_t, ListenerProtocol> protocols;
    std::set<std::pair<std::uint16_t, std::string_view>> hosts;
    for (auto const& [key, listener] : listeners) {
        Place const place("Listener", key, problems);
        auto const first = protocols.emplace(listener->port, listener->protocol).first;
        if (first->second != listener->protocol) {
            Place(place, "protocol")
                .problem("another listener has this port with another protocol");
        }
        if (!hosts.emplace(listener->port, listener->hostname).second) {
            Place(place, "hostname").problem("another listener has this port and host name");
        }
    }
}

}  // namespace
}  // namespace holdfast::model
