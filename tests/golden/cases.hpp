#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "controller/source/any_object.hpp"
#include "controller/store/snapshot.hpp"

/// Golden cases of translate: what goes in is a manifest as `kubectl apply` takes it.
namespace holdfast::test {

/// The names of all cases, sorted: `tls_listener` for `tls_listener.in.yaml`.
[[nodiscard]] std::vector<std::string> case_names(std::filesystem::path const& directory);

/// The whole of a file. Throws std::runtime_error when it cannot be read.
[[nodiscard]] std::string read_file(std::filesystem::path const& path);

/// The objects of a manifest. Throws std::runtime_error that names every problem of a bad one.
[[nodiscard]] std::vector<controller::Object> decode(std::string const& name,
                                                     std::string const& manifest);

/// The snapshot that a store makes of objects that arrive in this order.
[[nodiscard]] std::shared_ptr<controller::Snapshot const> snapshot_of(
    std::vector<controller::Object> objects);

}  // namespace holdfast::test
