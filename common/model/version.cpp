#include "common/model/version.hpp"

#include "common/model/fingerprint.hpp"

namespace holdfast::model {

std::string content_hash(Table const& table) { return hash_of(fingerprint_of(table)); }

Order compare(SourceVector const& a, SourceVector const& b) {
    bool ahead = false;
    bool behind = false;
    for (auto const& [source, version] : a) {
        if (auto const other = b.find(source); other != b.end()) {
            ahead = ahead || version > other->second;
            behind = behind || version < other->second;
        }
    }
    if (ahead && behind) {
        return Order::concurrent;
    }
    return ahead ? Order::newer : behind ? Order::older : Order::same;
}

}  // namespace holdfast::model
