#include "controller/translate/rules.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "common/model/place.hpp"
#include "common/model/validate_parts.hpp"
#include "controller/source/value.hpp"

namespace holdfast::controller {
namespace {

/// Notes what the owner of the route should know of a reference.
void tell(Resolved<std::string> const& resolved, std::string const& field,
          References const& references, BuiltRules& built);
model::WeightedBackend weigh(BackendRef const& ref, Resolved<std::string> const& resolved);
std::vector<Problem> judge(model::Rule const& rule, std::size_t index,
                           References const& references);
/// A field of a table's rule, by the name that it has in a manifest.
std::string manifest_field(std::string field);

}  // namespace

BuiltRules build_rules(WebSocketRoute const& route, References& references) {
    BuiltRules built;
    for (std::size_t i = 0; i < route.rules.size(); ++i) {
        std::string const list = field_path("spec.rules", i) + ".backendRefs";
        model::Rule rule = route.rules[i].rule;
        std::vector<BackendRef> const& refs = route.rules[i].backend_refs;
        for (std::size_t j = 0; j < refs.size(); ++j) {
            auto const resolved = references.backend(refs[j], route.meta.name_space);
            tell(resolved, field_path(list, j), references, built);
            rule.backends.push_back(weigh(refs[j], resolved));
        }
        std::vector<Problem> const problems = judge(rule, i, references);
        if (problems.empty()) {
            built.rules.push_back(std::move(rule));
        }
        for (Problem const& problem : problems) {
            built.invalid.push_back({reason::kUnsupportedValue,
                                     manifest_field(problem.field) + ' ' + problem.message + '.'});
        }
    }
    return built;
}

namespace {

void tell(Resolved<std::string> const& resolved, std::string const& field,
          References const& references, BuiltRules& built) {
    if (!resolved) {
        Refusal const& refusal = resolved.error();
        built.unresolved.push_back({refusal.reason, field + ' ' + refusal.message});
        return;
    }
    for (std::string const& why : references.left_out(*resolved)) {
        built.left_out.push_back({reason::kResolvedRefs,
                                  field + " leads to an endpoint that is left out, " + why + '.'});
    }
}

model::WeightedBackend weigh(BackendRef const& ref, Resolved<std::string> const& resolved) {
    std::string const asked_for = backend_key(ref.name_space + '/' + ref.name, ref.port);
    return {.backend = resolved ? *resolved : asked_for,
            .weight = ref.weight,
            .valid = resolved.has_value()};
}

/// validate judges, since it is what the table has to pass.
std::vector<Problem> judge(model::Rule const& rule, std::size_t index,
                           References const& references) {
    model::Table found;
    for (model::WeightedBackend const& backend : rule.backends) {
        if (backend.valid) {
            found.backends.emplace(backend.backend, references.backends().at(backend.backend));
        }
    }
    std::vector<Problem> problems;
    model::Place const route(WebSocketRoute::kKind, "", problems);
    model::Place const spec(route, "spec");
    model::Place const rules(spec, "rules");
    model::validate_rule(rule, found, model::Place(rules, index));
    return problems;
}

std::string manifest_field(std::string field) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> names{{
        {".backends[", ".backendRefs["},
        {".replacePrefix", ".rewrite.replacePrefixMatch"},
        {".drainOver", ".drain.over"},
        {".drainCode", ".drain.code"},
    }};
    for (auto const& [in_table, in_manifest] : names) {
        if (std::size_t const at = field.find(in_table); at != std::string::npos) {
            return field.replace(at, in_table.size(), in_manifest);
        }
    }
    return field;
}

}  // namespace
}  // namespace holdfast::controller
