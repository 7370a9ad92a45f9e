#include "tests/golden/cases.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "controller/source/decoder.hpp"
#include "controller/store/store.hpp"

namespace holdfast::test {

std::vector<std::string> case_names(std::filesystem::path const& directory) {
    constexpr std::string_view suffix = ".in.yaml";
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(directory)) {
        std::string const file = entry.path().filename().string();
        if (file.ends_with(suffix)) {
            names.push_back(file.substr(0, file.size() - suffix.size()));
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string read_file(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<controller::Object> decode(std::string const& name, std::string const& manifest) {
    controller::DecodedManifest decoded = controller::decode_manifest(name, manifest);
    std::string problems;
    for (controller::SourceProblem const& problem : decoded.problems) {
        problems += controller::to_string(problem) + '\n';
    }
    if (!problems.empty()) {
        throw std::runtime_error(problems);
    }
    std::vector<controller::Object> objects;
    std::ranges::transform(decoded.objects, std::back_inserter(objects),
                           &controller::DecodedObject::object);
    return objects;
}

std::shared_ptr<controller::Snapshot const> snapshot_of(std::vector<controller::Object> objects) {
    controller::Store store;
    store.apply({.upserts = std::move(objects), .removes = {}, .sources = {}});
    return store.snapshot();
}

}  // namespace holdfast::test
