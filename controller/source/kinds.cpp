#include "controller/source/kinds.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "common/base/assert.hpp"
#include "controller/source/embedded.hpp"
#include "controller/source/fields.hpp"
#include "controller/source/yaml_reader.hpp"

namespace holdfast::controller {

namespace {

constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io/v1";

constexpr std::array kKinds{
    Kind{.api_version = "holdfast.dev/v1alpha1",
         .name = WebSocketRoute::kKind,
         .schema = "holdfast.dev_websocketroutes.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_route},
    Kind{.api_version = kGatewayApi,
         .name = Gateway::kKind,
         .schema = "gateway.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_gateway},
    Kind{.api_version = kGatewayApi,
         .name = GatewayClass::kKind,
         .scope = Scope::cluster,
         .schema = "gatewayclass.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_gateway_class},
    Kind{.api_version = kGatewayApi,
         .name = ReferenceGrant::kKind,
         .schema = "referencegrant.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_reference_grant},
    Kind{.api_version = "gateway.networking.k8s.io/v1beta1",
         .name = ReferenceGrant::kKind,
         .schema = "referencegrant.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_reference_grant},
    Kind{.api_version = "v1",
         .name = Service::kKind,
         .schema = "service.yaml",
         .build = build_service},
    Kind{.api_version = "discovery.k8s.io/v1",
         .name = EndpointSlice::kKind,
         .schema = "endpointslice.yaml",
         .unknown_fields = UnknownFields::refuse,
         .build = build_endpoint_slice},
    Kind{
        .api_version = "v1", .name = Secret::kKind, .schema = "secret.yaml", .build = build_secret},
    Kind{.api_version = "v1",
         .name = Namespace::kKind,
         .scope = Scope::cluster,
         .schema = "namespace.yaml",
         .build = build_namespace},
};

Schema compile_embedded(std::string_view file);
std::map<std::string_view, Schema> compile_all();

}  // namespace

std::span<Kind const> kinds() noexcept { return kKinds; }

Kind const* find_kind(std::string_view api_version, std::string_view name) noexcept {
    auto const kind = std::ranges::find_if(
        kKinds, [&](Kind const& k) { return k.api_version == api_version && k.name == name; });
    return kind == kKinds.end() ? nullptr : &*kind;
}

Schema const& schema_of(Kind const& kind) {
    static std::map<std::string_view, Schema> const schemas = compile_all();
    return schemas.at(kind.schema);
}

Schema const& metadata_schema() {
    static Schema const schema = compile_embedded("metadata.yaml");
    return schema;
}

Value const& crd_schema(Value const& crd) {
    Value const& version = items_field(map_field(crd, "spec"), "versions").front();
    return map_field(map_field(version, "schema"), "openAPIV3Schema");
}

namespace {

Schema compile_embedded(std::string_view file) {
    std::vector<Document> const documents = read_yaml(embedded_file(file));
    HOLDFAST_ASSERT(documents.size() == 1 && documents.front().faults.empty());
    Value const& root = documents.front().root;
    bool const is_crd = root.find("apiVersion") != nullptr;
    Schema schema = compile_schema(is_crd ? crd_schema(root) : root);
    // These are looked after the same for every kind; a status means nothing unless a bare schema
    // asks for it.
    for (char const* name : {"apiVersion", "kind", "metadata"}) {
        schema.properties.erase(name);
    }
    if (is_crd) schema.properties.erase("status");
    return schema;
}

std::map<std::string_view, Schema> compile_all() {
    std::map<std::string_view, Schema> schemas;
    for (Kind const& kind : kKinds) {
        schemas.try_emplace(kind.schema, compile_embedded(kind.schema));
    }
    return schemas;
}

}  // namespace

}  // namespace holdfast::controller
