#include <charconv>

#include "controller/source/build.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

ObjectMeta build_meta(Value const& metadata, Scope scope) {
    ObjectMeta meta;
    meta.name = text_field(metadata, "name");
    if (scope == Scope::namespaced) {
        meta.name_space = text_field(metadata, "namespace");
        if (meta.name_space.empty()) meta.name_space = "default";
    }
    meta.created = text_field(metadata, "creationTimestamp");
    meta.generation = integer_field<std::int64_t>(metadata, "generation");
    meta.uid = text_field(metadata, "uid");
    meta.labels = text_map_field(metadata, "labels");
    // Opaque by contract, a number in every API server; anything else counts as unknown.
    std::string const version = text_field(metadata, "resourceVersion");
    std::from_chars(version.data(), version.data() + version.size(), meta.resource_version);
    return meta;
}

}  // namespace holdfast::controller
