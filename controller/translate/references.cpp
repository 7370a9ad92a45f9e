#include "controller/translate/references.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "common/model/place.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::controller {
namespace {

constexpr char const* kTlsSecretType = "kubernetes.io/tls";
constexpr char const* kChainField = "tls.crt";
constexpr char const* kKeyField = "tls.key";

Refusal not_permitted(Referent const& from, Referent const& to);
std::string find_data(Secret const& secret, char const* field);
/// What keeps `certificate` from being served, or nothing.
std::optional<std::string> fault_of(model::Certificate const& certificate, std::string const& key);
/// What keeps `port` from being a backend, or nothing.
std::optional<Refusal> unsupported_protocol(Service const& service, ServicePort const& port);

}  // namespace

References::References(Snapshot const& snapshot) : snapshot_(snapshot), backends_(snapshot) {
    for (auto const& [key, grant] : snapshot.reference_grants) {
        grants_[grant->meta.name_space].push_back(grant.get());
    }
}

Resolved<std::string> References::certificate(SecretRef const& ref,
                                              std::string const& gateway_namespace) {
    if (!ref.group.empty() || ref.kind != Secret::kKind) {
        return Refusal{reason::kInvalidCertificateRef,
                       "names a " + kind_name(ref.group, ref.kind) +
                           ", but a certificate can only come from a Secret."};
    }
    Referent const from{kGatewayGroup, Gateway::kKind, gateway_namespace, {}};
    Referent const to{ref.group, ref.kind, ref.name_space, ref.name};
    if (!permits(from, to)) {
        return not_permitted(from, to);
    }
    std::string const key = ref.name_space + '/' + ref.name;
    auto const secret = snapshot_.secrets.find(key);
    if (secret == snapshot_.secrets.end()) {
        return Refusal{reason::kInvalidCertificateRef,
                       "names Secret " + key + ", which does not exist."};
    }
    return load_certificate(*secret->second);
}

Resolved<std::string> References::backend(BackendRef const& ref,
                                          std::string const& route_namespace) {
    if (!ref.group.empty() || ref.kind != Service::kKind) {
        return Refusal{reason::kInvalidKind, "names a " + kind_name(ref.group, ref.kind) +
                                                 ", but a backend can only be a Service."};
    }
    Referent const from{kRouteGroup, WebSocketRoute::kKind, route_namespace, {}};
    Referent const to{ref.group, ref.kind, ref.name_space, ref.name};
    if (!permits(from, to)) {
        return not_permitted(from, to);
    }
    std::string const key = ref.name_space + '/' + ref.name;
    auto const found = snapshot_.services.find(key);
    if (found == snapshot_.services.end()) {
        return Refusal{reason::kBackendNotFound,
                       "names Service " + key + ", which does not exist."};
    }
    return serve_port(*found->second, ref.port);
}

bool References::permits(Referent const& from, Referent const& to) const {
    if (from.name_space == to.name_space) {
        return true;
    }
    auto const grants = grants_.find(to.name_space);
    if (grants == grants_.end()) {
        return false;
    }
    auto const lets_from = [&from](ReferenceGrant::From const& rule) {
        return rule.group == from.group && rule.kind == from.kind &&
               rule.name_space == from.name_space;
    };
    auto const lets_to = [&to](ReferenceGrant::To const& rule) {
        return rule.group == to.group && rule.kind == to.kind &&
               (rule.name.empty() || rule.name == to.name);
    };
    return std::ranges::any_of(grants->second, [&](ReferenceGrant const* grant) {
        return std::ranges::any_of(grant->from, lets_from) &&
               std::ranges::any_of(grant->to, lets_to);
    });
}

Resolved<std::string> References::serve_port(Service const& service, std::uint16_t number) {
    std::string const key = service.meta.key();
    // A host name of the choice of whoever may write Services is a way around every network policy
    // of the gateway's namespace.
    if (service.type == "ExternalName") {
        return Refusal{reason::kInvalidKind,
                       "names Service " + key + ", whose type ExternalName is not served."};
    }
    auto const port = std::ranges::find(service.ports, number, &ServicePort::port);
    if (port == service.ports.end()) {
        return Refusal{reason::kBackendNotFound, "names port " + std::to_string(number) +
                                                     " of Service " + key +
                                                     ", which has no such TCP port."};
    }
    if (auto refusal = unsupported_protocol(service, *port)) {
        return std::move(*refusal);
    }
    return backends_.make(service, *port);
}

Resolved<std::string> References::load_certificate(Secret const& secret) {
    std::string const key = secret.meta.key();
    if (certificates_.contains(key)) {
        return key;
    }
    if (auto const bad = bad_secrets_.find(key); bad != bad_secrets_.end()) {
        return bad->second;
    }
    auto const refuse = [&](std::string const& what) {
        Refusal refusal{reason::kInvalidCertificateRef, "names Secret " + key + ", " + what};
        return bad_secrets_.emplace(key, std::move(refusal)).first->second;
    };
    if (secret.type != kTlsSecretType) {
        return refuse("whose type is " + model::in_quotes(secret.type) + " and must be " +
                      kTlsSecretType + '.');
    }
    model::Certificate certificate{find_data(secret, kChainField), find_data(secret, kKeyField)};
    if (auto const fault = fault_of(certificate, key)) {
        return refuse(*fault);
    }
    certificates_.emplace(key, std::make_shared<model::Certificate const>(std::move(certificate)));
    return key;
}

namespace {

Refusal not_permitted(Referent const& from, Referent const& to) {
    return {reason::kRefNotPermitted, "names " + to.kind + ' ' + to.name_space + '/' + to.name +
                                          ", and no ReferenceGrant in namespace " + to.name_space +
                                          " permits it to a " + from.kind + " of namespace " +
                                          from.name_space + '.'};
}

std::string find_data(Secret const& secret, char const* field) {
    auto const found = secret.data.find(field);
    return found == secret.data.end() ? std::string() : found->second;
}

/// validate judges, since it is what the table has to pass; the words are the Secret's.
std::optional<std::string> fault_of(model::Certificate const& certificate, std::string const& key) {
    std::vector<Problem> problems;
    model::validate_certificate(key, certificate, problems);
    if (problems.empty()) {
        return std::nullopt;
    }
    if (problems.front().field == "chainPem") {
        std::string text("whose ");
        text.append(kChainField).append(" must be certificates in PEM, the server's own first.");
        return text;
    }
    std::string text("whose ");
    text.append(kKeyField).append(" must be the private key of the first certificate in ");
    text.append(kChainField).append(", in PEM and without a passphrase.");
    return text;
}

std::optional<Refusal> unsupported_protocol(Service const& service, ServicePort const& port) {
    // What says nothing about the protocol, or says that a WebSocket handshake in clear fits.
    constexpr std::array<std::string_view, 7> supported{
        "", "tcp", "http", "http/1.1", "ws", "websocket", "kubernetes.io/ws"};
    if (std::ranges::find(supported, port.app_protocol) != supported.end()) {
        return std::nullopt;
    }
    return Refusal{reason::kUnsupportedProtocol,
                   "names port " + std::to_string(port.port) + " of Service " + service.meta.key() +
                       ", whose appProtocol " + model::in_quotes(port.app_protocol) +
                       " is not served; use kubernetes.io/ws, or leave it out."};
}

}  // namespace
}  // namespace holdfast::controller
