#include "common/model/delta.hpp"

#include <boost/json/array.hpp>

#include "common/base/assert.hpp"
#include "common/model/collections.hpp"
#include "common/model/json_reader.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

template <class Entry>
json::object upserts_of(Collection<Entry> const& from, Collection<Entry> const& to);
template <class Entry>
json::array removes_of(Collection<Entry> const& from, Collection<Entry> const& to);
void apply_upserts(json::object const& upserts, Table& table, std::vector<Problem>& problems);
void apply_removes(json::object const& removes, Table& table, std::vector<Problem>& problems);

}  // namespace

Delta difference(Table const& from, Table const& to) {
    HOLDFAST_ASSERT(from.gateway == to.gateway);
    Delta delta;
    for_each_collection([&](CollectionName name, auto collection) {
        if (auto upserts = upserts_of(from.*collection, to.*collection); !upserts.empty()) {
            delta.upserts.emplace(name.field, std::move(upserts));
        }
        if (auto removes = removes_of(from.*collection, to.*collection); !removes.empty()) {
            delta.removes.emplace(name.field, std::move(removes));
        }
    });
    return delta;
}

Checked<Table> apply(Table const& base, Delta const& delta) {
    Table table = base;
    std::vector<Problem> problems;
    apply_removes(delta.removes, table, problems);
    apply_upserts(delta.upserts, table, problems);
    if (!problems.empty()) {
        return problems;
    }
    return table;
}

namespace {

template <class Entry>
json::object upserts_of(Collection<Entry> const& from, Collection<Entry> const& to) {
    json::object upserts;
    // Both are sorted: `old` follows `to`'s keys, so that each key is looked at once.
    auto old = from.begin();
    for (auto const& [key, entry] : to) {
        while (old != from.end() && old->first < key) {
            ++old;
        }
        bool const same_key = old != from.end() && old->first == key;
        if (!same_key || (old->second != entry && !(*old->second == *entry))) {
            upserts.emplace(key, to_json(*entry));
        }
    }
    return upserts;
}

template <class Entry>
json::array removes_of(Collection<Entry> const& from, Collection<Entry> const& to) {
    json::array removes;
    auto kept = to.begin();
    for (auto const& [key, entry] : from) {
        while (kept != to.end() && kept->first < key) {
            ++kept;
        }
        if (kept == to.end() || kept->first != key) {
            removes.emplace_back(key);
        }
    }
    return removes;
}

void apply_upserts(json::object const& upserts, Table& table, std::vector<Problem>& problems) {
    Place const place("Delta", "", problems);
    Place const field(place, "upserts");
    for_each_collection([&](CollectionName name, auto) {
        json::value const* const entries = upserts.if_contains(name.field);
        if (entries == nullptr) {
            return;
        }
        if (!entries->is_object()) {
            report_type(*entries, Place(field, name.field), "an object");
            return;
        }
        for (json::key_value_pair const& entry : entries->get_object()) {
            entry_from_json(name.field, entry.key(), entry.value(), table, problems);
        }
    });
}

void apply_removes(json::object const& removes, Table& table, std::vector<Problem>& problems) {
    Place const place("Delta", "", problems);
    Place const field(place, "removes");
    for_each_collection([&](CollectionName name, auto collection) {
        json::value const* const list = removes.if_contains(name.field);
        if (list == nullptr) {
            return;
        }
        Place const here(field, name.field);
        std::vector<std::string> keys;
        std::size_t const problems_before = problems.size();
        read_value(*list, here, keys);
        bool const readable = problems.size() == problems_before;
        for (std::size_t i = 0; readable && i < keys.size(); ++i) {
            if ((table.*collection).erase(keys[i]) == 0) {
                Place(here, i).problem(in_quotes(keys[i]) + " is not in the base table");
            }
        }
    });
}

}  // namespace
}  // namespace holdfast::model
