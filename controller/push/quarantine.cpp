#include "controller/push/quarantine.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/model/collections.hpp"
#include "common/model/validate.hpp"

namespace holdfast::controller {
namespace {

using ProblemsByObject = std::map<std::string, std::vector<Problem>>;

ProblemsByObject by_object(std::vector<Problem> const& problems);
/// `visit(key, member)` for the collection that `object` names; false when it names none.
template <class Visit>
bool with_collection(std::string_view object, Visit visit);
bool leave_out(model::Table& table, std::string const& object);

}  // namespace

std::size_t Quarantine::refuse(model::Table const& table, std::vector<Problem> const& problems) {
    std::size_t put_away = 0;
    for (auto& [object, found] : by_object(problems)) {
        auto const refused = find(table, object);
        auto const admitted = find(admitted_, object);
        if (refused && admitted && same(*refused, *admitted)) {
            refused_.insert_or_assign(object, Entry{*find(wanted_, object), std::move(found)});
            ++put_away;
        }
    }
    return put_away;
}

Checked<model::Table> Quarantine::admit(model::Table const& wanted) {
    std::erase_if(refused_, [&](auto const& item) {
        auto const now = find(wanted, item.first);
        return !now || !same(*now, item.second.content);
    });
    entries_.clear();
    wanted_ = wanted;
    model::Table table = wanted;
    for (auto const& [object, entry] : refused_) {
        leave_out(table, object);
        entries_.push_back({object, FoundBy::dataplane, entry.problems});
    }
    // Leaving one object out may uncover a fault of another, and ends after the last one at most.
    for (auto problems = model::validate(table); !problems.empty();
         problems = model::validate(table)) {
        bool smaller = false;
        for (auto& [object, found] : by_object(problems)) {
            if (leave_out(table, object)) {
                smaller = true;
                entries_.push_back({object, FoundBy::validation, std::move(found)});
            }
        }
        if (!smaller) {
            return problems;
        }
    }
    std::ranges::sort(entries_, {}, &Quarantined::object);
    admitted_ = table;
    return table;
}

std::optional<Quarantine::Content> Quarantine::find(model::Table const& table,
                                                    std::string const& object) {
    std::optional<Content> content;
    with_collection(object, [&](std::string const& key, auto collection) {
        auto const found = (table.*collection).find(key);
        if (found != (table.*collection).end()) {
            content = found->second;
        }
    });
    return content;
}

bool Quarantine::same(Content const& a, Content const& b) {
    return std::visit(
        [](auto const& left, auto const& right) {
            if constexpr (std::is_same_v<decltype(left), decltype(right)>) {
                return left == right || *left == *right;
            } else {
                return false;
            }
        },
        a, b);
}

namespace {

template <class T>
using Member = model::Collection<T> model::Table::*;

/// `entry` with `edit` applied to a copy; the copy replaces it when it still has `member`s.
template <class T, class Items>
bool without(std::shared_ptr<T const>& entry, Items T::* member, auto const& unwanted) {
    if (std::ranges::none_of((*entry).*member, unwanted)) {
        return true;
    }
    auto copy = std::make_shared<T>(*entry);
    std::erase_if((*copy).*member, unwanted);
    entry = copy;
    return !((*copy).*member).empty();
}

void forget(model::Table& table, std::string const& key, Member<model::Route>) {
    table.routes.erase(key);
}

void forget(model::Table& table, std::string const& key, Member<model::Listener>) {
    table.listeners.erase(key);
    auto const here = [&](model::Attachment const& attachment) {
        return attachment.listener == key;
    };
    std::erase_if(table.routes, [&](auto& item) {
        return !without(item.second, &model::Route::attachments, here);
    });
}

void forget(model::Table& table, std::string const& key, Member<model::Certificate>) {
    table.certificates.erase(key);
    auto const it = [&](std::string const& certificate) { return certificate == key; };
    std::vector<std::string> bare;
    for (auto& [name, listener] : table.listeners) {
        if (!without(listener, &model::Listener::certificates, it)) {
            bare.push_back(name);
        }
    }
    for (std::string const& name : bare) {
        forget(table, name, &model::Table::listeners);
    }
}

void forget(model::Table& table, std::string const& key, Member<model::Backend>) {
    table.backends.erase(key);
    auto const refers = [&](model::WeightedBackend const& share) {
        return share.valid && share.backend == key;
    };
    auto const concerned = [&](model::Rule const& rule) {
        return std::ranges::any_of(rule.backends, refers);
    };
    for (auto& [name, route] : table.routes) {
        if (std::ranges::none_of(route->rules, concerned)) continue;
        auto copy = std::make_shared<model::Route>(*route);
        for (model::Rule& rule : copy->rules) {
            for (model::WeightedBackend& share : rule.backends) {
                share.valid = share.valid && share.backend != key;
            }
        }
        route = std::move(copy);
    }
}

ProblemsByObject by_object(std::vector<Problem> const& problems) {
    ProblemsByObject result;
    for (Problem const& problem : problems) {
        result[problem.object].push_back(problem);
    }
    return result;
}

template <class Visit>
bool with_collection(std::string_view object, Visit visit) {
    std::size_t const space = object.find(' ');
    if (space == std::string_view::npos) {
        return false;
    }
    std::string const key(object.substr(space + 1));
    bool known = false;
    model::for_each_collection([&](model::CollectionName name, auto collection) {
        if (name.kind == object.substr(0, space)) {
            known = true;
            visit(key, collection);
        }
    });
    return known;
}

bool leave_out(model::Table& table, std::string const& object) {
    bool left_out = false;
    with_collection(object, [&](std::string const& key, auto collection) {
        if ((table.*collection).contains(key)) {
            left_out = true;
            forget(table, key, collection);
        }
    });
    return left_out;
}

}  // namespace
}  // namespace holdfast::controller
