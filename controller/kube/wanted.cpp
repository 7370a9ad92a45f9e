#include "controller/kube/wanted.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace holdfast::controller::kube {
namespace {

using Definition = Collection::Definition;

constexpr char const* kGatewayApi = "gateway.networking.k8s.io/v1";

struct Resource {
    char const* kind;
    char const* api_version;
    char const* plural;
    Definition definition;
};

constexpr std::array kNamespaced{
    Resource{Gateway::kKind, kGatewayApi, "gateways", Definition::custom},
    Resource{WebSocketRoute::kKind, "holdfast.dev/v1alpha1", "websocketroutes", Definition::custom},
    Resource{ReferenceGrant::kKind, "gateway.networking.k8s.io/v1beta1", "referencegrants",
             Definition::custom},
    Resource{Service::kKind, "v1", "services", Definition::built_in},
    Resource{EndpointSlice::kKind, "discovery.k8s.io/v1", "endpointslices", Definition::built_in},
};

Collection collection(Resource const& resource) {
    return {.kind = resource.kind,
            .api_version = resource.api_version,
            .plural = resource.plural,
            .name_space = {},
            .name = {},
            .definition = resource.definition};
}

Collection secret(SecretRef const& ref) {
    return {.kind = Secret::kKind,
            .api_version = "v1",
            .plural = "secrets",
            .name_space = ref.name_space,
            .name = ref.name,
            .definition = Definition::built_in};
}

}  // namespace

std::vector<Collection> collections_of(std::vector<std::string> const& namespaces) {
    std::vector<Collection> all;
    all.push_back(
        collection({GatewayClass::kKind, kGatewayApi, "gatewayclasses", Definition::custom}));
    Collection const namespace_objects =
        collection({Namespace::kKind, "v1", "namespaces", Definition::built_in});
    if (namespaces.empty()) {
        all.push_back(namespace_objects);
        for (Resource const& resource : kNamespaced) {
            all.push_back(collection(resource));
        }
    }
    for (std::string const& name_space : namespaces) {
        all.push_back(namespace_objects);
        all.back().name = name_space;
        for (Resource const& resource : kNamespaced) {
            all.push_back(collection(resource));
            all.back().name_space = name_space;
        }
    }
    return all;
}

void GatewayNeeds::note(Object const& object) {
    if (auto const* const gateway = std::get_if<std::shared_ptr<Gateway const>>(&object)) {
        gateways_[(*gateway)->meta.key()] = *gateway;
    } else if (auto const* const one = std::get_if<std::shared_ptr<GatewayClass const>>(&object)) {
        classes_[(*one)->meta.key()] = *one;
    }
}

void GatewayNeeds::forget(ObjectId const& id) {
    if (id.kind == Gateway::kKind) gateways_.erase(id.key);
    if (id.kind == GatewayClass::kKind) classes_.erase(id.key);
}

std::set<Collection> GatewayNeeds::secrets() const {
    std::set<Collection> needed;
    for (Gateway const* const gateway : ours()) {
        for (GatewayListener const& listener : gateway->listeners) {
            for (SecretRef const& ref : listener.certificate_refs) {
                if (reads(ref)) needed.insert(secret(ref));
            }
        }
    }
    return needed;
}

bool GatewayNeeds::reads(SecretRef const& ref) const {
    return ref.group.empty() && ref.kind == Secret::kKind &&
           (namespaces_.empty() || namespaces_.contains(ref.name_space));
}

bool GatewayNeeds::namespace_labels() const {
    return std::ranges::any_of(ours(), [](Gateway const* gateway) {
        return std::ranges::any_of(gateway->listeners, [](GatewayListener const& listener) {
            return listener.from == NamespacesFrom::selector;
        });
    });
}

std::vector<Gateway const*> GatewayNeeds::ours() const {
    std::vector<Gateway const*> all;
    for (auto const& [key, gateway] : gateways_) {
        auto const found = classes_.find(gateway->class_name);
        GatewayClass const* const own = found == classes_.end() ? nullptr : found->second.get();
        if (served_.has(key) && class_is_ours(gateway->class_name, own)) {
            all.push_back(gateway.get());
        }
    }
    return all;
}

}  // namespace holdfast::controller::kube
