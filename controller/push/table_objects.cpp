#include "controller/push/table_objects.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/model/collections.hpp"

namespace holdfast::controller {
namespace {

/// Calls `visit(key, member)` for the collection that `name` names, if it names one.
template <class Visit>
void with_collection(std::string_view name, Visit visit) {
    std::size_t const space = name.find(' ');
    if (space == std::string_view::npos) {
        return;
    }
    std::string const key(name.substr(space + 1));
    model::for_each_collection([&](model::CollectionName collection_name, auto collection) {
        if (collection_name.kind == name.substr(0, space)) {
            visit(key, collection);
        }
    });
}

template <class T>
using Member = model::Collection<T> model::Table::*;

void forget(model::Table& table, std::string const& key, Member<model::Route>);
void forget(model::Table& table, std::string const& key, Member<model::Listener>);
void forget(model::Table& table, std::string const& key, Member<model::Certificate>);
void forget(model::Table& table, std::string const& key, Member<model::Backend>);

}  // namespace

std::optional<TableObject> find_object(model::Table const& table, std::string const& name) {
    std::optional<TableObject> object;
    with_collection(name, [&](std::string const& key, auto collection) {
        auto const found = (table.*collection).find(key);
        if (found != (table.*collection).end()) {
            object = found->second;
        }
    });
    return object;
}

bool same(TableObject const& a, TableObject const& b) {
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

bool holds(model::Table const& table, std::string const& name, TableObject const& object) {
    auto const held = find_object(table, name);
    return held && same(*held, object);
}

void replace(model::Table& table, std::string const& name, TableObject const& object) {
    with_collection(name, [&](std::string const& key, auto collection) {
        auto& entry = (table.*collection).at(key);
        entry = std::get<std::remove_reference_t<decltype(entry)>>(object);
    });
}

void leave_out(model::Table& table, std::string const& name) {
    with_collection(name, [&](std::string const& key, auto collection) {
        if ((table.*collection).contains(key)) forget(table, key, collection);
    });
}

namespace {

/// Takes what is `unwanted` out of a list of `entry`, on a copy; false when nothing is left of it.
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
    for (auto& [name, listener] : table.listeners) {
        // One that is left without any stays, for the sake of its sessions: new clients are
        // refused.
        (void)without(listener, &model::Listener::certificates, it);
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

}  // namespace
}  // namespace holdfast::controller
