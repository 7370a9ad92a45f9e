#pragma once

#include <cstdint>
#include <vector>

#include "controller/source/any_object.hpp"
#include "controller/source/value.hpp"

/// Typed objects from documents that conform to their schema. `document` is the whole document;
/// faults are what no schema can tell (base64, addresses), and with one the object is void.
namespace holdfast::controller {

enum class Scope : std::uint8_t { namespaced, cluster };

/// Of `metadata`, checked already. The namespace is `default` when a namespaced object does not
/// say, as with kubectl.
[[nodiscard]] ObjectMeta build_meta(Value const& metadata, Scope scope);

[[nodiscard]] Object build_gateway_class(ObjectMeta meta, Value const& document,
                                         std::vector<Fault>&);
[[nodiscard]] Object build_gateway(ObjectMeta meta, Value const& document, std::vector<Fault>&);
[[nodiscard]] Object build_route(ObjectMeta meta, Value const& document, std::vector<Fault>&);
[[nodiscard]] Object build_service(ObjectMeta meta, Value const& document, std::vector<Fault>&);
[[nodiscard]] Object build_endpoint_slice(ObjectMeta meta, Value const& document,
                                          std::vector<Fault>& faults);
[[nodiscard]] Object build_secret(ObjectMeta meta, Value const& document,
                                  std::vector<Fault>& faults);
[[nodiscard]] Object build_namespace(ObjectMeta meta, Value const& document, std::vector<Fault>&);
[[nodiscard]] Object build_reference_grant(ObjectMeta meta, Value const& document,
                                           std::vector<Fault>&);

}  // namespace holdfast::controller
