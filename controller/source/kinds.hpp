#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "controller/source/build.hpp"
#include "controller/source/conform.hpp"
#include "controller/source/schema.hpp"

namespace holdfast::controller {

/// A kind that manifests may hold.
struct Kind {
    std::string_view api_version;
    std::string_view name;
    Scope scope = Scope::namespaced;
    std::string_view schema;  ///< Name of the embedded file; a CRD or a bare schema.
    UnknownFields unknown_fields = UnknownFields::ignore;
    Object (*build)(ObjectMeta meta, Value const& document, std::vector<Fault>& faults) = nullptr;
};

/// Every kind, most important first.
[[nodiscard]] std::span<Kind const> kinds() noexcept;

/// nullptr when there is none.
[[nodiscard]] Kind const* find_kind(std::string_view api_version, std::string_view name) noexcept;

/// The schema of a kind's documents without apiVersion, kind and metadata, and without the status
/// of all kinds but Service. Compiled once.
[[nodiscard]] Schema const& schema_of(Kind const& kind);
/// The schema of `metadata`, the same for every kind.
[[nodiscard]] Schema const& metadata_schema();

/// The openAPIV3Schema of the one version of an embedded CRD.
[[nodiscard]] Value const& crd_schema(Value const& crd);

}  // namespace holdfast::controller
