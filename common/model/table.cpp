#include "common/model/table.hpp"

#include <algorithm>

#include "common/model/collections.hpp"

namespace holdfast::model {

bool equal(Table const& a, Table const& b) {
    bool all_equal = a.gateway == b.gateway;
    for_each_collection([&](CollectionName, auto collection) {
        all_equal =
            all_equal && std::ranges::equal(
                             a.*collection, b.*collection, [](auto const& left, auto const& right) {
                                 bool const same_value =
                                     left.second == right.second || *left.second == *right.second;
                                 return left.first == right.first && same_value;
                             });
    });
    return all_equal;
}

Table share(Table const& before, Table after) {
    for_each_collection([&](CollectionName, auto collection) {
        // Both are sorted: `old` follows `after`'s keys, so that each key is looked at once.
        auto old = (before.*collection).begin();
        auto const end = (before.*collection).end();
        for (auto& [key, entry] : after.*collection) {
            while (old != end && old->first < key) {
                ++old;
            }
            if (old != end && old->first == key && *old->second == *entry) {
                entry = old->second;
            }
        }
    });
    return after;
}

}  // namespace holdfast::model
