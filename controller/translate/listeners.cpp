#include "controller/translate/listeners.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"
#include "common/model/hostname.hpp"
#include "common/model/place.hpp"
#include "controller/source/value.hpp"
#include "controller/translate/namespace_selector.hpp"

namespace holdfast::controller {
namespace {

constexpr char const* kHttp = "HTTP";
constexpr char const* kHttps = "HTTPS";

std::optional<Refusal> find_unsupported(GatewayListener const& listener, std::string const& field);
bool admits_routes(GatewayListener const& listener);
std::vector<Refusal> refuse_kinds(GatewayListener const& listener, std::string const& field);
void resolve_certificates(JudgedListener& listener, std::string const& field,
                          std::string const& gateway_namespace, References& references);
void find_conflicts(std::vector<JudgedListener>& listeners);
void find_overlaps(std::vector<JudgedListener>& listeners);

}  // namespace

bool JudgedListener::takes_clients() const noexcept {
    return accepted() && (spec->protocol == kHttp || !certificates.empty());
}

std::vector<JudgedListener> judge_listeners(Gateway const& gateway, References& references) {
    std::vector<JudgedListener> judged;
    for (std::size_t i = 0; i < gateway.listeners.size(); ++i) {
        std::string const field = field_path("spec.listeners", i);
        JudgedListener listener;
        listener.spec = &gateway.listeners[i];
        listener.unsupported = find_unsupported(*listener.spec, field);
        listener.admits_routes = admits_routes(*listener.spec);
        listener.unresolved = refuse_kinds(*listener.spec, field);
        if (!listener.unsupported && listener.spec->protocol == kHttps) {
            resolve_certificates(listener, field, gateway.meta.name_space, references);
        }
        judged.push_back(std::move(listener));
    }
    find_conflicts(judged);
    find_overlaps(judged);
    return judged;
}

model::Listener to_model(JudgedListener const& listener) {
    HOLDFAST_ASSERT(listener.accepted());
    bool const https = listener.spec->protocol == kHttps;
    return {.name = listener.spec->name,
            .port = listener.spec->port,
            .protocol = https ? model::ListenerProtocol::https : model::ListenerProtocol::http,
            .hostname = listener.spec->hostname,
            .certificates = listener.certificates};
}

namespace {

/// Protocols are compared letter by letter, as Gateway API writes them.
bool has_known_protocol(GatewayListener const& listener) {
    return listener.protocol == kHttp || listener.protocol == kHttps;
}

/// A selector that is missing or has no meaning selects nobody: whoever wrote it must hear of it.
std::optional<Refusal> refuse_selector(GatewayListener const& listener, std::string const& field) {
    std::string const selector = field + ".allowedRoutes.namespaces.selector";
    if (listener.from != NamespacesFrom::selector) {
        return std::nullopt;
    }
    if (!listener.selector) {
        return Refusal{reason::kUnsupportedValue,
                       selector + " must be set where from is Selector."};
    }
    if (auto const fault = fault_of(*listener.selector)) {
        return Refusal{reason::kUnsupportedValue, selector + *fault};
    }
    return std::nullopt;
}

std::optional<Refusal> find_unsupported(GatewayListener const& listener, std::string const& field) {
    bool const https = listener.protocol == kHttps;
    bool const has_tls = !listener.tls_mode.empty();
    if (!has_known_protocol(listener)) {
        return Refusal{reason::kUnsupportedProtocol, field +
                                                         ".protocol must be HTTP or HTTPS, not " +
                                                         model::in_quotes(listener.protocol) + '.'};
    }
    if (https && !has_tls) {
        return Refusal{reason::kUnsupportedValue, field + ".tls must be set for protocol HTTPS."};
    }
    if (!https && has_tls) {
        return Refusal{reason::kUnsupportedValue,
                       field + ".tls must not be set for protocol HTTP."};
    }
    if (https && listener.tls_mode != "Terminate") {
        return Refusal{reason::kUnsupportedValue, field + ".tls.mode must be Terminate, not " +
                                                      model::in_quotes(listener.tls_mode) + '.'};
    }
    if (https && !listener.client_validation.empty()) {
        return Refusal{reason::kUnsupportedValue,
                       listener.client_validation +
                           " must not be set: certificates of clients are not checked, and the "
                           "listener is not served without."};
    }
    if (!listener.hostname.empty() && !model::is_hostname_pattern(listener.hostname)) {
        return Refusal{reason::kUnsupportedValue,
                       field + ".hostname must be a host name or *. and one, not " +
                           model::in_quotes(listener.hostname) + '.'};
    }
    return refuse_selector(listener, field);
}

GroupKind const& route_kind() {
    static GroupKind const kind{kRouteGroup, WebSocketRoute::kKind};
    return kind;
}

bool admits_routes(GatewayListener const& listener) {
    bool const named = listener.kinds.empty() ||
                       std::ranges::find(listener.kinds, route_kind()) != listener.kinds.end();
    return has_known_protocol(listener) && named;
}

std::vector<Refusal> refuse_kinds(GatewayListener const& listener, std::string const& field) {
    std::vector<Refusal> refusals;
    for (std::size_t i = 0; i < listener.kinds.size(); ++i) {
        GroupKind const& kind = listener.kinds[i];
        if (kind != route_kind()) {
            refusals.push_back({reason::kInvalidRouteKinds,
                                field_path(field + ".allowedRoutes.kinds", i) + " must be kind " +
                                    route_kind().kind + " of group " + route_kind().group +
                                    ", not " + model::in_quotes(kind.kind) + " of group " +
                                    model::in_quotes(kind.group) + '.'});
        }
    }
    return refusals;
}

void resolve_certificates(JudgedListener& listener, std::string const& field,
                          std::string const& gateway_namespace, References& references) {
    std::string const list = field + ".tls.certificateRefs";
    std::vector<SecretRef> const& refs = listener.spec->certificate_refs;
    if (refs.empty()) {
        listener.unresolved.push_back(
            {reason::kInvalidCertificateRef, list + " must name at least one Secret."});
    }
    for (std::size_t i = 0; i < refs.size(); ++i) {
        Resolved<std::string> const resolved = references.certificate(refs[i], gateway_namespace);
        if (!resolved) {
            Refusal const& refusal = resolved.error();
            listener.unresolved.push_back(
                {refusal.reason, field_path(list, i) + ' ' + refusal.message});
        } else if (std::ranges::find(listener.certificates, *resolved) ==
                   listener.certificates.end()) {
            listener.certificates.push_back(*resolved);
        }
    }
}

std::vector<std::string> names_of_others(std::vector<JudgedListener> const& listeners,
                                         JudgedListener const& listener, auto const& predicate) {
    std::vector<std::string> names;
    for (JudgedListener const& other : listeners) {
        if (&other != &listener && predicate(*other.spec)) {
            names.push_back(other.spec->name);
        }
    }
    return names;
}

/// Listeners are told apart by port, and on one port by hostname. Those of protocols that are not
/// served do not count: Gateway API exempts them, and they are refused already.
void find_conflicts(std::vector<JudgedListener>& listeners) {
    for (JudgedListener& listener : listeners) {
        GatewayListener const& spec = *listener.spec;
        if (!has_known_protocol(spec)) {
            continue;
        }
        auto const other_protocol = names_of_others(listeners, listener, [&](auto const& other) {
            return has_known_protocol(other) && other.port == spec.port &&
                   other.protocol != spec.protocol;
        });
        auto const same_hostname = names_of_others(listeners, listener, [&](auto const& other) {
            return other.port == spec.port && other.protocol == spec.protocol &&
                   other.hostname == spec.hostname;
        });
        if (!other_protocol.empty()) {
            listener.conflict =
                Refusal{reason::kProtocolConflict,
                        "Port " + std::to_string(spec.port) + " has another protocol at listener " +
                            quoted_list(other_protocol) + "; one port serves one protocol."};
        } else if (!same_hostname.empty()) {
            listener.conflict =
                Refusal{reason::kHostnameConflict,
                        "Port and hostname are the same at listener " + quoted_list(same_hostname) +
                            "; listeners on one port must have different hostnames."};
        }
    }
}

/// A browser may reuse a connection for a second host that its certificate names (RFC 9113 §9.1.1).
/// Whoever set such listeners up is told, since the second host is then answered with 421.
void find_overlaps(std::vector<JudgedListener>& listeners) {
    for (JudgedListener& listener : listeners) {
        GatewayListener const& spec = *listener.spec;
        if (spec.protocol != kHttps) {
            continue;
        }
        listener.overlapping = names_of_others(listeners, listener, [&](auto const& other) {
            return other.protocol == kHttps && other.port == spec.port &&
                   other.hostname != spec.hostname &&
                   model::intersect(other.hostname, spec.hostname).has_value();
        });
    }
}

}  // namespace
}  // namespace holdfast::controller
