#include "controller/translate/attachment.hpp"

#include <algorithm>
#include <utility>

#include "common/model/hostname.hpp"
#include "common/model/place.hpp"
#include "controller/source/value.hpp"
#include "controller/translate/namespace_selector.hpp"

namespace holdfast::controller {
namespace {

bool asks_for(ParentRef const& ref, GatewayListener const& listener) noexcept;
bool admits_namespace(GatewayListener const& listener, AttachmentRequest const& request,
                      Objects<Namespace> const& namespaces);
std::set<std::string> common_hosts(std::vector<std::string> const& hostnames,
                                   std::string const& listener_hostname);
Refusal no_matching_parent(AttachmentRequest const& request);
Refusal not_allowed(AttachmentRequest const& request);
Refusal no_matching_hostname(AttachmentRequest const& request,
                             std::vector<std::string> const& hostnames);

}  // namespace

bool names_gateway(ParentRef const& ref) noexcept {
    return ref.group == kGatewayGroup && ref.kind == Gateway::kKind;
}

Resolved<AttachedHosts> attach(AttachmentRequest const& request,
                               std::vector<JudgedListener> const& listeners,
                               Objects<Namespace> const& namespaces) {
    ParentRef const& ref = request.route.parent_refs[request.parent_index];
    bool any_selected = false;
    std::vector<std::string> admitting_hostnames;
    AttachedHosts attached;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        GatewayListener const& listener = *listeners[i].spec;
        if (!asks_for(ref, listener)) {
            continue;
        }
        any_selected = true;
        if (!listeners[i].admits_routes || !admits_namespace(listener, request, namespaces)) {
            continue;
        }
        admitting_hostnames.push_back(listener.hostname);
        std::set<std::string> hosts = common_hosts(request.route.hostnames, listener.hostname);
        if (!hosts.empty()) {
            attached.emplace(i, std::move(hosts));
        }
    }
    if (!any_selected) {
        return no_matching_parent(request);
    }
    if (admitting_hostnames.empty()) {
        return not_allowed(request);
    }
    if (attached.empty()) {
        return no_matching_hostname(request, admitting_hostnames);
    }
    return attached;
}

namespace {

bool asks_for(ParentRef const& ref, GatewayListener const& listener) noexcept {
    bool const name_fits = ref.section_name.empty() || ref.section_name == listener.name;
    bool const port_fits = ref.port == 0 || ref.port == listener.port;
    return name_fits && port_fits;
}

bool admits_namespace(GatewayListener const& listener, AttachmentRequest const& request,
                      Objects<Namespace> const& namespaces) {
    std::string const& name_space = request.route.meta.name_space;
    switch (listener.from) {
        case NamespacesFrom::all:
            return true;
        case NamespacesFrom::same:
            return name_space == request.route.parent_refs[request.parent_index].name_space;
        case NamespacesFrom::selector:
            return listener.selector && selects(*listener.selector, name_space, namespaces);
    }
    return false;
}

/// Gateway API ranks routes by their own hostnames: on a listener for `chat.example.com` a route
/// for that host comes before one for `*.example.com`. So a route that covers the whole listener
/// and more takes every host of it, which ranks last, and not the listener's hostname, which ranks
/// first.
std::set<std::string> common_hosts(std::vector<std::string> const& hostnames,
                                   std::string const& listener_hostname) {
    if (hostnames.empty()) {
        return {std::string()};
    }
    std::set<std::string> hosts;
    for (std::string const& hostname : hostnames) {
        auto host = model::intersect(listener_hostname, hostname);
        if (!host) {
            continue;
        }
        bool const wider = *host != hostname;
        hosts.insert(wider ? std::string() : std::move(*host));
    }
    return hosts;
}

std::string parent_field(AttachmentRequest const& request) {
    return field_path("spec.parentRefs", request.parent_index);
}

std::string gateway_name(AttachmentRequest const& request) {
    ParentRef const& ref = request.route.parent_refs[request.parent_index];
    return "Gateway " + ref.name_space + '/' + ref.name;
}

Refusal no_matching_parent(AttachmentRequest const& request) {
    ParentRef const& ref = request.route.parent_refs[request.parent_index];
    std::string wanted;
    if (!ref.section_name.empty()) {
        wanted += " called " + model::in_quotes(ref.section_name);
    }
    if (ref.port != 0) {
        wanted += " on port " + std::to_string(ref.port);
    }
    return {reason::kNoMatchingParent, parent_field(request) + " asks for a listener" + wanted +
                                           ", and " + gateway_name(request) + " has none."};
}

Refusal not_allowed(AttachmentRequest const& request) {
    return {reason::kNotAllowedByListeners,
            "No listener of " + gateway_name(request) + " that " + parent_field(request) +
                " selects admits a WebSocketRoute of namespace " + request.route.meta.name_space +
                " by its allowedRoutes."};
}

Refusal no_matching_hostname(AttachmentRequest const& request,
                             std::vector<std::string> const& hostnames) {
    return {reason::kNoMatchingListenerHostname,
            "No host of spec.hostnames (" + quoted_list(request.route.hostnames) +
                ") belongs to a listener of " + gateway_name(request) + " that " +
                parent_field(request) + " selects (" + quoted_list(hostnames) + ")."};
}

}  // namespace
}  // namespace holdfast::controller
