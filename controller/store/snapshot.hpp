#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/model/version.hpp"
#include "controller/source/objects.hpp"

namespace holdfast::controller {

/// Objects of one kind by their key, in key order: iteration is deterministic.
template <class T>
using Objects = std::map<std::string, std::shared_ptr<T const>>;

/// Everything the sources have delivered, at one moment. Immutable once published; two snapshots
/// share the objects that did not change between them.
struct Snapshot {
    Objects<GatewayClass> gateway_classes;
    Objects<Gateway> gateways;
    Objects<WebSocketRoute> routes;
    Objects<Service> services;
    Objects<EndpointSlice> endpoint_slices;
    Objects<Secret> secrets;
    Objects<ReferenceGrant> reference_grants;
    Objects<Namespace> namespaces;
    model::SourceVector sources;  ///< Newest resourceVersion per kind; empty for a directory.
};

/// True when one holds the very objects of the other: at most their sources differ.
[[nodiscard]] bool same_objects(Snapshot const& a, Snapshot const& b);

}  // namespace holdfast::controller
