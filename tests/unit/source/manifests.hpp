#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "controller/source/decoder.hpp"

namespace holdfast::controller {

inline void PrintTo(SourceProblem const& problem, std::ostream* out) { *out << to_string(problem); }
inline void PrintTo(Fault const& fault, std::ostream* out) {
    *out << fault.at.line << ':' << fault.at.column << ": " << fault.field << ": " << fault.message;
}

inline std::string read_file(std::filesystem::path const& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::filesystem::path in_tree(std::string const& path) {
    return std::filesystem::path(HOLDFAST_SOURCE_DIR) / path;
}

/// Every manifest under a folder of the tree, sorted.
inline std::set<std::filesystem::path> manifests_under(std::string const& folder) {
    std::set<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(in_tree(folder))) {
        if (entry.path().extension() == ".yaml") files.insert(entry.path());
    }
    return files;
}

/// The problems of a manifest as `field: message`.
inline std::vector<std::string> problems_of(DecodedManifest const& manifest) {
    std::vector<std::string> texts;
    for (SourceProblem const& problem : manifest.problems) {
        texts.push_back(problem.problem.field + ": " + problem.problem.message);
    }
    return texts;
}

/// The object of a kind, alone in its manifest or with others of other kinds.
template <class Kind>
Kind only(DecodedManifest const& manifest, std::string const& key) {
    for (DecodedObject const& decoded : manifest.objects) {
        auto const* const pointer = std::get_if<std::shared_ptr<Kind const>>(&decoded.object);
        if (pointer != nullptr && (*pointer)->meta.key() == key) return **pointer;
    }
    throw std::runtime_error("no such object: " + key);
}

}  // namespace holdfast::controller
