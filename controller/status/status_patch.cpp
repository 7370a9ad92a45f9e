#include "controller/status/status_patch.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

#include "controller/kube/json_members.hpp"
#include "controller/translate/conditions.hpp"

namespace json = boost::json;

namespace holdfast::controller {
namespace {

using kube::number_member;
using kube::text_member;

json::array const& list(json::object const& object, std::string_view name) {
    static json::array const none;
    json::array const* const found = kube::array_member(&object, name);
    return found == nullptr ? none : *found;
}

std::int64_t generation(json::object const* condition) {
    return number_member(condition, "observedGeneration");
}

/// One comparison under way.
class Comparison {
public:
    Comparison(std::string const& now, std::int64_t generation, Served const& served)
        : now_(now), generation_(generation), served_(served) {}

    /// `wanted`, with what is stored and is not ours to change.
    json::object merge(json::object const& stored, json::object const& wanted);

    /// `wanted` is not about the object as it is stored.
    [[nodiscard]] bool out_of_date() const noexcept { return out_of_date_; }
    [[nodiscard]] std::vector<ConditionChange> take_changes() && { return std::move(changes_); }

private:
    json::array merge_conditions(json::array const& stored, json::array const& wanted,
                                 std::string const& part);
    json::object merge_condition(json::object const* stored, json::object const& wanted,
                                 std::string const& part);
    json::array merge_listeners(json::array const& stored, json::array const& wanted);
    json::array merge_parents(json::array const& stored, json::array const& wanted);
    void note(json::object const* stored, json::object const& wanted, std::string const& part);
    /// A typo in a parentRef looks like this, and nothing but an Event can tell of it.
    void note_departure(json::object const& parent_ref);

    /// Is this entry of a route's ours to write?
    [[nodiscard]] bool is_ours(json::value const& parent) const;

    std::string const& now_;
    std::int64_t generation_;  ///< Of the object.
    Served const& served_;
    bool out_of_date_ = false;
    std::vector<ConditionChange> changes_;
};

json::object const* find_condition(json::array const& conditions, std::string const& type);
std::string gateway_of(json::object const& parent_ref);
/// Does one of `entries` name the Gateway that `entry` names?
bool names_gateway_of(json::array const& entries, json::value const& entry);
std::string describe(json::object const& parent_ref);

}  // namespace

std::optional<StatusPatch> status_patch(kube::StoredStatus const& stored,
                                        json::object const& wanted, std::string const& now,
                                        Served const& served) {
    Comparison comparison(now, stored.generation, served);
    json::object status = comparison.merge(stored.status, wanted);
    if (comparison.out_of_date()) return std::nullopt;
    bool const same = std::ranges::all_of(status, [&stored](auto const& field) {
        json::value const* const there = stored.status.if_contains(field.key());
        return there != nullptr ? *there == field.value()
                                : field.value().is_array() && field.value().get_array().empty();
    });
    if (same) return std::nullopt;
    return StatusPatch{.body = {{"metadata", {{"resourceVersion", stored.resource_version}}},
                                {"status", std::move(status)}},
                       .changes = std::move(comparison).take_changes()};
}

namespace {

json::object Comparison::merge(json::object const& stored, json::object const& wanted) {
    json::object status = wanted;
    if (wanted.contains("parents")) {
        status["parents"] = merge_parents(list(stored, "parents"), list(wanted, "parents"));
    }
    if (wanted.contains("conditions")) {
        status["conditions"] =
            merge_conditions(list(stored, "conditions"), list(wanted, "conditions"), {});
    }
    if (wanted.contains("listeners")) {
        status["listeners"] = merge_listeners(list(stored, "listeners"), list(wanted, "listeners"));
    }
    return status;
}

json::array Comparison::merge_conditions(json::array const& stored, json::array const& wanted,
                                         std::string const& part) {
    json::array merged;
    for (json::value const& one : wanted) {
        json::object const& condition = one.as_object();
        merged.push_back(merge_condition(find_condition(stored, text_member(&condition, "type")),
                                         condition, part));
    }
    for (json::value const& one : stored) {
        std::string const type = text_member(one.if_object(), "type");
        // Of our types those that are not wanted say nothing any more.
        bool const foreign = !type.empty() && !condition::is_known(type);
        if (foreign && find_condition(wanted, type) == nullptr) merged.push_back(one);
    }
    return merged;
}

json::object Comparison::merge_condition(json::object const* stored, json::object const& wanted,
                                         std::string const& part) {
    bool const unknown = text_member(&wanted, "status") == "Unknown";
    if (unknown && stored != nullptr) return *stored;
    bool const turned =
        stored == nullptr || text_member(stored, "status") != text_member(&wanted, "status");
    json::object merged = wanted;
    merged["lastTransitionTime"] = turned ? now_ : text_member(stored, "lastTransitionTime");
    std::int64_t const told = generation(stored);
    // What is told of a generation that is still to come was meant for another object.
    bool const overtaken = told > generation(&wanted) && told <= generation_;
    if (overtaken || generation(&wanted) > generation_) out_of_date_ = true;
    if (!unknown) note(stored, wanted, part);
    return merged;
}

void Comparison::note(json::object const* stored, json::object const& wanted,
                      std::string const& part) {
    using Kind = ConditionChange::Kind;
    std::string const type = text_member(&wanted, "type");
    bool const fault = condition::is_fault(type, text_member(&wanted, "status") == "True");
    std::string const before = stored == nullptr ? "Unknown" : text_member(stored, "status");
    bool const was_fault = before != "Unknown" && condition::is_fault(type, before == "True");
    auto const add = [&](Kind kind) {
        changes_.push_back(
            {kind, part, type, text_member(&wanted, "reason"), text_member(&wanted, "message")});
    };
    if (fault) {
        bool const known = was_fault &&
                           text_member(stored, "reason") == text_member(&wanted, "reason") &&
                           text_member(stored, "message") == text_member(&wanted, "message");
        if (!known) add(Kind::fault);
    } else if (was_fault) {
        add(Kind::mended);
    } else if (before == "Unknown") {
        add(Kind::began);
    }
}

void Comparison::note_departure(json::object const& parent_ref) {
    changes_.push_back({ConditionChange::Kind::fault, describe(parent_ref), condition::kAccepted,
                        reason::kDetached, "is not a parent of this route any more"});
}

json::array Comparison::merge_listeners(json::array const& stored, json::array const& wanted) {
    json::array merged;
    for (json::value const& one : wanted) {
        json::object listener = one.as_object();
        std::string const name = text_member(&listener, "name");
        auto const there = std::ranges::find_if(stored, [&name](json::value const& other) {
            return text_member(other.if_object(), "name") == name;
        });
        json::object const none;
        json::object const& old = there == stored.end() ? none : there->get_object();
        listener["conditions"] = merge_conditions(list(old, "conditions"),
                                                  list(listener, "conditions"), "listener " + name);
        merged.push_back(std::move(listener));
    }
    return merged;
}

json::array Comparison::merge_parents(json::array const& stored, json::array const& wanted) {
    json::array merged;
    for (json::value const& one : stored) {
        if (!is_ours(one)) {
            merged.push_back(one);
        } else if (!names_gateway_of(wanted, one)) {
            note_departure(one.get_object().at("parentRef").as_object());
        }
    }
    for (json::value const& one : wanted) {
        json::object parent = one.as_object();
        auto const there = std::ranges::find_if(stored, [&](json::value const& other) {
            return is_ours(other) && other.get_object().at("parentRef") == parent.at("parentRef");
        });
        json::object const none;
        json::object const& old = there == stored.end() ? none : there->get_object();
        parent["conditions"] = merge_conditions(list(old, "conditions"), list(parent, "conditions"),
                                                describe(parent.at("parentRef").as_object()));
        merged.push_back(std::move(parent));
    }
    return merged;
}

json::object const* find_condition(json::array const& conditions, std::string const& type) {
    auto const found = std::ranges::find_if(conditions, [&type](json::value const& one) {
        return text_member(one.if_object(), "type") == type;
    });
    return found == conditions.end() ? nullptr : &found->get_object();
}

bool Comparison::is_ours(json::value const& parent) const {
    json::object const* const entry = parent.if_object();
    if (text_member(entry, "controllerName") != kControllerName) return false;
    json::object const* const ref = kube::object_member(entry, "parentRef");
    return ref != nullptr && served_.has(gateway_of(*ref));
}

std::string gateway_of(json::object const& parent_ref) {
    return text_member(&parent_ref, "namespace") + '/' + text_member(&parent_ref, "name");
}

bool names_gateway_of(json::array const& entries, json::value const& entry) {
    auto const gateway = [](json::value const& one) {
        return gateway_of(one.get_object().at("parentRef").get_object());
    };
    return std::ranges::any_of(
        entries, [&](json::value const& one) { return gateway(one) == gateway(entry); });
}

std::string describe(json::object const& parent_ref) {
    std::string part = "parent " + gateway_of(parent_ref);
    std::string const section = text_member(&parent_ref, "sectionName");
    if (!section.empty()) part += ", listener " + section;
    std::int64_t const port = number_member(&parent_ref, "port");
    return port == 0 ? part : part + ", port " + std::to_string(port);
}

}  // namespace
}  // namespace holdfast::controller
