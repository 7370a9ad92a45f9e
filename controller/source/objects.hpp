#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "common/model/table.hpp"

/// The Kubernetes objects that a source delivers, reduced to the fields that Holdfast reads, with
/// their defaults filled in. Values are as the CRDs admit them: what a source hands on has been
/// checked field by field; what objects mean together is judged by translate.
namespace holdfast::controller {

struct ObjectMeta {
    std::string name_space;  ///< Empty for a cluster-scoped kind.
    std::string name;
    std::string created;  ///< RFC 3339; empty in a manifest that does not say.
    std::int64_t generation = 0;
    std::uint64_t resource_version = 0;  ///< Not compared: any write of a status raises it.
    std::string uid;                     ///< Empty in a manifest.
    std::map<std::string, std::string> labels;

    /// `namespace/name`, or `name` for a cluster-scoped kind: the key in the store.
    [[nodiscard]] std::string key() const;

    friend bool operator==(ObjectMeta const& a, ObjectMeta const& b) {
        auto const compared = [](ObjectMeta const& meta) {
            return std::tie(meta.name_space, meta.name, meta.created, meta.generation, meta.uid,
                            meta.labels);
        };
        return compared(a) == compared(b);
    }
};

// --- GatewayClass and Gateway (gateway.networking.k8s.io/v1) ------------------------------------

struct GatewayClass {
    static constexpr char const* kKind = "GatewayClass";
    ObjectMeta meta;
    std::string controller_name;
    std::string parameters_ref;  ///< Kind and name of what parametersRef names.
    friend bool operator==(GatewayClass const&, GatewayClass const&) = default;
};

/// `from` of allowedRoutes.namespaces.
enum class NamespacesFrom : std::uint8_t { all, same, selector };

/// metav1.LabelSelector: every requirement must hold; one without any selects everything.
struct LabelSelector {
    enum class Operator : std::uint8_t { in, not_in, exists, does_not_exist };
    struct Requirement {
        std::string key;
        Operator op = Operator::in;
        std::vector<std::string> values;
        friend bool operator==(Requirement const&, Requirement const&) = default;
    };
    std::vector<Requirement> requirements;  ///< matchLabels are `in` requirements of one value.
    friend bool operator==(LabelSelector const&, LabelSelector const&) = default;
};

struct GroupKind {
    std::string group;
    std::string kind;
    friend bool operator==(GroupKind const&, GroupKind const&) = default;
};

struct SecretRef {
    std::string group;
    std::string kind = "Secret";
    std::string name_space;  ///< The Gateway's own when the manifest does not say.
    std::string name;
    friend bool operator==(SecretRef const&, SecretRef const&) = default;
};

struct GatewayListener {
    std::string name;
    std::string hostname;
    std::uint16_t port = 0;
    std::string protocol;  ///< `HTTP`, `HTTPS`, or one that we refuse in the status.
    std::string tls_mode;  ///< `Terminate` by default where there is tls, else empty.
    std::vector<SecretRef> certificate_refs;
    /// The field that demands certificates of this listener's clients; empty where none does.
    std::string client_validation;
    NamespacesFrom from = NamespacesFrom::same;
    std::optional<LabelSelector> selector;  ///< Of `from` selector; none selects nothing.
    std::vector<GroupKind> kinds;           ///< Empty: what the protocol implies.
    friend bool operator==(GatewayListener const&, GatewayListener const&) = default;
};

struct Gateway {
    static constexpr char const* kKind = "Gateway";
    ObjectMeta meta;
    std::string class_name;
    std::vector<std::string> addresses;  ///< That it asks for; an empty one is any of its type.
    std::string parameters_ref;  ///< Kind and name of what infrastructure.parametersRef names.
    std::vector<GatewayListener> listeners;
    friend bool operator==(Gateway const&, Gateway const&) = default;
};

// --- WebSocketRoute (holdfast.dev/v1alpha1) ----------------------------------------------------

struct ParentRef {
    std::string group = "gateway.networking.k8s.io";
    std::string kind = "Gateway";
    std::string name_space;  ///< The route's own when the manifest does not say.
    std::string name;
    std::string section_name;  ///< Empty: every listener.
    std::uint16_t port = 0;    ///< 0: every port.
    friend bool operator==(ParentRef const&, ParentRef const&) = default;
};

struct BackendRef {
    std::string group;
    std::string kind = "Service";
    std::string name_space;  ///< The route's own when the manifest does not say.
    std::string name;
    std::uint16_t port = 0;
    std::uint32_t weight = 1;
    friend bool operator==(BackendRef const&, BackendRef const&) = default;
};

/// A rule as written: model::Rule, with references that are not resolved yet in place of
/// `rule.backends`, which is empty.
struct RouteRule {
    model::Rule rule;
    std::vector<BackendRef> backend_refs;
    friend bool operator==(RouteRule const&, RouteRule const&) = default;
};

struct WebSocketRoute {
    static constexpr char const* kKind = "WebSocketRoute";
    ObjectMeta meta;
    std::vector<ParentRef> parent_refs;
    std::vector<std::string> hostnames;
    std::vector<RouteRule> rules;
    friend bool operator==(WebSocketRoute const&, WebSocketRoute const&) = default;
};

// --- core and discovery ------------------------------------------------------------------------

struct ServicePort {
    std::string name;
    std::uint16_t port = 0;
    std::string app_protocol;
    friend bool operator==(ServicePort const&, ServicePort const&) = default;
};

struct Service {
    static constexpr char const* kKind = "Service";
    ObjectMeta meta;
    std::string type = "ClusterIP";
    std::vector<ServicePort> ports;
    std::vector<std::string> addresses;  ///< Of its load balancer, else its cluster IPs.
    friend bool operator==(Service const&, Service const&) = default;
};

struct SliceEndpoint {
    std::string address;  ///< addresses[0]; the others have no meaning (discovery/v1).
    bool ready = true;
    bool serving = true;
    bool terminating = false;
    friend bool operator==(SliceEndpoint const&, SliceEndpoint const&) = default;
};

struct SlicePort {
    std::string name;
    std::uint16_t port = 0;
    friend bool operator==(SlicePort const&, SlicePort const&) = default;
};

struct EndpointSlice {
    static constexpr char const* kKind = "EndpointSlice";
    ObjectMeta meta;
    std::string service;       ///< Of label kubernetes.io/service-name; empty without it.
    std::string address_type;  ///< `IPv4`, `IPv6` or `FQDN`.
    std::vector<SliceEndpoint> endpoints;
    std::vector<SlicePort> ports;
    friend bool operator==(EndpointSlice const&, EndpointSlice const&) = default;
};

struct Secret {
    static constexpr char const* kKind = "Secret";
    ObjectMeta meta;
    std::string type;
    std::map<std::string, std::string> data;  ///< Decoded; stringData merged over data.
    friend bool operator==(Secret const&, Secret const&) = default;
};

struct Namespace {
    static constexpr char const* kKind = "Namespace";
    ObjectMeta meta;
    friend bool operator==(Namespace const&, Namespace const&) = default;
};

// --- ReferenceGrant (gateway.networking.k8s.io/v1, v1beta1) ------------------------------------

struct ReferenceGrant {
    static constexpr char const* kKind = "ReferenceGrant";
    struct From {
        std::string group;
        std::string kind;
        std::string name_space;
        friend bool operator==(From const&, From const&) = default;
    };
    struct To {
        std::string group;
        std::string kind;
        std::string name;  ///< Empty: every object of the kind.
        friend bool operator==(To const&, To const&) = default;
    };
    ObjectMeta meta;
    std::vector<From> from;
    std::vector<To> to;
    friend bool operator==(ReferenceGrant const&, ReferenceGrant const&) = default;
};

}  // namespace holdfast::controller
