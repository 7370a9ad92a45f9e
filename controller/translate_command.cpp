#include "controller/translate_command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdio>
#include <filesystem>
#include <utility>
#include <variant>

#include "common/base/pretty_json.hpp"
#include "common/model/table_json.hpp"
#include "controller/source/manifest_set.hpp"
#include "controller/source/manifest_tree.hpp"
#include "controller/store/store.hpp"
#include "controller/translate/status_json.hpp"
#include "controller/translate/translate.hpp"

namespace json = boost::json;

namespace holdfast::controller {
namespace {

void read(std::string const& path, ManifestSet& manifests);
json::object to_json(Translation const& translation);

}  // namespace

int run(TranslateOptions const& options) {
    ManifestSet manifests;
    for (std::string const& path : options.files) {
        read(path, manifests);
    }
    Store store;
    store.apply(manifests.commit());
    std::vector<SourceProblem> const problems = manifests.report().problems;
    for (SourceProblem const& problem : problems) {
        std::fprintf(stderr, "%s\n", to_string(problem).c_str());
    }
    if (!problems.empty()) return 1;
    std::string const text = pretty(to_json(translate(*store.snapshot())));
    std::fputs(text.c_str(), stdout);
    return 0;
}

namespace {

void read(std::string const& path, ManifestSet& manifests) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        ManifestTree const tree = list_manifests(path);
        if (!tree.problem.empty()) manifests.set_directory_problem(tree.problem);
        for (std::string const& file : tree.files) {
            read(file, manifests);
        }
        return;
    }
    auto const content = read_manifest(path);
    if (auto const* const bytes = std::get_if<std::string>(&content)) {
        manifests.update(path, *bytes);
    } else {
        manifests.keep(path, "cannot be read: " + std::get<Unreadable>(content).why);
    }
}

json::object to_json(Translation const& translation) {
    json::object tables;
    for (auto const& [name, table] : translation.tables) {
        tables[name] = model::to_json_redacted(table);
    }
    auto const statuses = [](auto const& told) {
        json::object all;
        for (auto const& [name, status] : told) {
            all[name] = controller::to_json(status);
        }
        return all;
    };
    json::array orphans;
    for (Problem const& orphan : translation.orphans) {
        orphans.emplace_back(to_string(orphan));
    }
    return {{"tables", std::move(tables)},
            {"gatewayClasses", statuses(translation.gateway_classes)},
            {"gateways", statuses(translation.gateways)},
            {"routes", statuses(translation.routes)},
            {"orphans", std::move(orphans)}};
}

}  // namespace
}  // namespace holdfast::controller
