#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace holdfast::controller {

/// Is a file of this name a manifest? `*.yaml` and `*.yml`, but nothing hidden: a leading dot marks
/// editors' temporary files and the inside of ConfigMap mounts (`..data`).
[[nodiscard]] bool is_manifest_name(std::string_view name);

/// What stands under a directory.
struct ManifestTree {
    bool exists = false;       ///< The directory is there and can be listed.
    std::uint64_t device = 0;  ///< With `inode`: which directory it is, whatever its name.
    std::uint64_t inode = 0;
    std::set<std::string> directories;  ///< Paths, the root included.
    std::set<std::string> files;        ///< Paths of manifests.
    std::set<std::string> linked;       ///< Of these, the ones that are symbolic links.
    /// Why the root cannot be listed, or a part of it. With one, absence of a file means nothing.
    std::string problem;
};

/// Lists manifests recursively. Links to files and directories are followed, each directory is
/// entered once, hidden ones never.
/// Bounds  16 levels.
[[nodiscard]] ManifestTree list_manifests(std::filesystem::path const& root);

/// Why the bytes of a file cannot be had.
struct Unreadable {
    std::string why;
    bool gone = false;  ///< There is no such file any more.
};

/// The bytes of a file. Only regular files are read; one larger than limits::manifest_bytes_max is
/// refused.
[[nodiscard]] std::variant<std::string, Unreadable> read_manifest(std::string const& path);

}  // namespace holdfast::controller
