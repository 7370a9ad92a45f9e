#include "common/model/version.hpp"

#include <boost/json/serialize.hpp>

#include "common/base/sha256.hpp"
#include "common/model/collections.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {
namespace {

/// With its length in front, so that two pieces never read as one other.
void update_piece(Sha256& hash, std::string_view piece) {
    hash.update(std::to_string(piece.size()) + ':');
    hash.update(piece);
}

}  // namespace

std::string content_hash(Table const& table) {
    Sha256 hash;
    update_piece(hash, table.gateway);
    for_each_collection([&](CollectionName name, auto collection) {
        for (auto const& [key, entry] : table.*collection) {
            update_piece(hash, name.field);
            update_piece(hash, key);
            update_piece(hash, boost::json::serialize(to_json(*entry)));
        }
    });
    return hash.finish();
}

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
