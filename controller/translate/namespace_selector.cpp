#include "controller/translate/namespace_selector.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "common/model/place.hpp"
#include "common/model/syntax.hpp"

namespace holdfast::controller {
namespace {

using Requirement = LabelSelector::Requirement;
using Operator = LabelSelector::Operator;

/// A label that every namespace carries; the API server sees to it.
constexpr char const* kNameLabel = "kubernetes.io/metadata.name";

std::optional<std::string> fault_of(Requirement const& requirement);
bool holds(Requirement const& requirement, std::map<std::string, std::string> const& labels);

}  // namespace

std::optional<std::string> fault_of(LabelSelector const& selector) {
    for (Requirement const& requirement : selector.requirements) {
        if (auto fault = fault_of(requirement)) return fault;
    }
    return std::nullopt;
}

bool selects(LabelSelector const& selector, std::string const& name_space,
             Objects<Namespace> const& namespaces) {
    if (fault_of(selector)) return false;
    auto const object = namespaces.find(name_space);
    bool const known = object != namespaces.end();
    std::map<std::string, std::string> labels;
    if (known) {
        labels = object->second->meta.labels;
    }
    labels.insert_or_assign(kNameLabel, name_space);
    return std::ranges::all_of(selector.requirements, [&](Requirement const& requirement) {
        return (known || requirement.key == kNameLabel) && holds(requirement, labels);
    });
}

namespace {

std::optional<std::string> fault_of(Requirement const& requirement) {
    bool const wants_values = requirement.op == Operator::in || requirement.op == Operator::not_in;
    std::string const where = " for key " + model::in_quotes(requirement.key);
    if (!model::is_label_key(requirement.key)) {
        return " must hold label keys, not " + model::in_quotes(requirement.key) + '.';
    }
    if (wants_values && requirement.values.empty()) {
        return " must have values" + where + ", whose operator compares with them.";
    }
    if (!wants_values && !requirement.values.empty()) {
        return " must have no values" + where + ", whose operator asks for the label alone.";
    }
    auto const bad = std::ranges::find_if_not(requirement.values, model::is_label_value);
    if (bad != requirement.values.end()) {
        return " must hold label values" + where + ", not " + model::in_quotes(*bad) + '.';
    }
    return std::nullopt;
}

bool holds(Requirement const& requirement, std::map<std::string, std::string> const& labels) {
    auto const label = labels.find(requirement.key);
    bool const present = label != labels.end();
    bool const listed =
        present && std::ranges::find(requirement.values, label->second) != requirement.values.end();
    switch (requirement.op) {
        case Operator::in:
            return listed;
        case Operator::not_in:
            return !listed;
        case Operator::exists:
            return present;
        case Operator::does_not_exist:
            return !present;
    }
    return false;
}

}  // namespace
}  // namespace holdfast::controller
