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

}  // namespace holdfast::model
