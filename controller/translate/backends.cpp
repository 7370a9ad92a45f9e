#include "controller/translate/backends.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "common/model/validate_parts.hpp"

namespace holdfast::controller {
namespace {

using Slices = std::vector<EndpointSlice const*>;

model::Backend join(Slices const& slices, std::string const& port_name);
std::vector<model::Endpoint> endpoints_at(EndpointSlice const& slice, std::uint16_t port);
std::optional<model::EndpointState> state_of(SliceEndpoint const& endpoint);
/// One spelling for one address: `fd00:0::1` and `fd00::1` are the same endpoint.
std::string canonical(std::string const& address);
void sort_and_unite(std::vector<model::Endpoint>& endpoints);
std::vector<std::string> drop_undialable(model::Backend& backend, std::string const& key);

}  // namespace

Backends::Backends(Snapshot const& snapshot) {
    for (auto const& [key, slice] : snapshot.endpoint_slices) {
        // Slices of host names (FQDN) have no meaning that Kubernetes defines.
        bool const has_addresses = slice->address_type == "IPv4" || slice->address_type == "IPv6";
        if (has_addresses && !slice->service.empty()) {
            slices_[slice->meta.name_space + '/' + slice->service].push_back(slice.get());
        }
    }
}

std::string Backends::make(Service const& service, ServicePort const& port) {
    std::string const service_key = service.meta.key();
    std::string key = backend_key(service_key, port.port);
    if (made_.contains(key)) {
        return key;
    }
    model::Backend backend;
    if (auto const slices = slices_.find(service_key); slices != slices_.end()) {
        backend = join(slices->second, port.name);
    }
    left_out_[key] = drop_undialable(backend, key);
    made_.emplace(key, std::make_shared<model::Backend const>(std::move(backend)));
    return key;
}

std::string backend_key(std::string const& service_key, std::uint16_t port) {
    return service_key + ':' + std::to_string(port);
}

namespace {

/// Every slice numbers its ports for itself: pods of one Service may give different numbers to a
/// named target port. What a Service port and a slice port share is the name.
model::Backend join(Slices const& slices, std::string const& port_name) {
    model::Backend backend;
    for (EndpointSlice const* const slice : slices) {
        auto const port = std::ranges::find(slice->ports, port_name, &SlicePort::name);
        if (port != slice->ports.end()) {
            std::ranges::move(endpoints_at(*slice, port->port),
                              std::back_inserter(backend.endpoints));
        }
    }
    sort_and_unite(backend.endpoints);
    return backend;
}

std::vector<model::Endpoint> endpoints_at(EndpointSlice const& slice, std::uint16_t port) {
    std::vector<model::Endpoint> endpoints;
    for (SliceEndpoint const& endpoint : slice.endpoints) {
        if (auto const state = state_of(endpoint)) {
            endpoints.push_back({canonical(endpoint.address), port, *state});
        }
    }
    return endpoints;
}

std::optional<model::EndpointState> state_of(SliceEndpoint const& endpoint) {
    if (endpoint.ready) {
        return model::EndpointState::ready;
    }
    if (endpoint.serving && endpoint.terminating) {
        return model::EndpointState::serving;
    }
    return std::nullopt;
}

std::string canonical(std::string const& address) {
    in6_addr binary{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(AF_INET6, address.c_str(), &binary) != 1) {
        return address;
    }
    return inet_ntop(AF_INET6, &binary, text.data(), text.size());
}

/// While it moves, an endpoint can be in two slices; what one of them says of readiness holds.
/// Ready sorts first, so that of equal addresses the ready one stays.
void sort_and_unite(std::vector<model::Endpoint>& endpoints) {
    std::ranges::sort(endpoints);
    auto const same = [](model::Endpoint const& a, model::Endpoint const& b) {
        return a.address == b.address && a.port == b.port;
    };
    auto const repeats = std::ranges::unique(endpoints, same);
    endpoints.erase(repeats.begin(), repeats.end());
}

/// Anyone who may write EndpointSlices can name any address. Those that name no single other host
/// are what validate refuses; it is asked, so that no table fails for them as a whole.
std::vector<std::string> drop_undialable(model::Backend& backend, std::string const& key) {
    auto const problems_of = [&key](model::Backend const& candidate) {
        std::vector<Problem> problems;
        model::validate_backend(key, candidate, problems);
        return problems;
    };
    std::vector<std::string> reasons;
    if (problems_of(backend).empty()) {
        return reasons;
    }
    std::erase_if(backend.endpoints, [&](model::Endpoint const& endpoint) {
        std::vector<Problem> const problems = problems_of({{endpoint}});
        for (Problem const& problem : problems) {
            std::string const field = problem.field.substr(problem.field.rfind('.') + 1);
            reasons.push_back("whose " + field + ' ' + problem.message);
        }
        return !problems.empty();
    });
    return reasons;
}

}  // namespace
}  // namespace holdfast::controller
