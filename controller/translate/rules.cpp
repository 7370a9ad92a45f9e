#include "controller/translate/rules.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/model/place.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::controller {
namespace {

void keep_first_of_each_name(std::vector<model::NameValue>& pairs);
model::WeightedBackend weigh(BackendRef const& ref, Resolved<std::string> const& resolved);
std::vector<Problem> judge(model::Rule const& rule, std::size_t index,
                           References const& references);

}  // namespace

BuiltRules build_rules(WebSocketRoute const& route, References& references) {
    BuiltRules built;
    for (std::size_t i = 0; i < route.rules.size(); ++i) {
        std::string const list = item("spec.rules", i) + ".backendRefs";
        model::Rule rule = route.rules[i].rule;
        for (model::Match& match : rule.matches) {
            keep_first_of_each_name(match.headers);
            keep_first_of_each_name(match.query_params);
        }
        std::vector<BackendRef> const& refs = route.rules[i].backend_refs;
        for (std::size_t j = 0; j < refs.size(); ++j) {
            auto const resolved = references.backend(refs[j], route.meta.name_space);
            if (!resolved) {
                Refusal const& refusal = resolved.error();
                built.unresolved.push_back({refusal.reason, item(list, j) + ' ' + refusal.message});
            }
            rule.backends.push_back(weigh(refs[j], resolved));
        }
        std::vector<Problem> const problems = judge(rule, i, references);
        if (problems.empty()) {
            built.rules.push_back(std::move(rule));
        }
        for (Problem const& problem : problems) {
            built.invalid.push_back(
                {reason::kUnsupportedValue, problem.field + ' ' + problem.message + '.'});
        }
    }
    return built;
}

namespace {

/// Gateway API: of several entries with one name the first counts, the others are ignored.
void keep_first_of_each_name(std::vector<model::NameValue>& pairs) {
    std::vector<model::NameValue> kept;
    for (model::NameValue& pair : pairs) {
        if (std::ranges::find(kept, pair.name, &model::NameValue::name) == kept.end()) {
            kept.push_back(std::move(pair));
        }
    }
    pairs = std::move(kept);
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

}  // namespace
}  // namespace holdfast::controller
