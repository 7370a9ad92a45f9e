#include "common/model/fingerprint.hpp"

#include <boost/json/array.hpp>

#include "common/base/sha256.hpp"
#include "common/model/collections.hpp"
#include "common/model/digest.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

void add_entries(std::string_view collection, json::value const& entries,
                 Fingerprint::Digests& digests);
/// With its length in front, so that two pieces never read as one other.
void update_piece(Sha256& hash, std::string_view piece);

}  // namespace

Fingerprint fingerprint_of(Table const& table) { return fingerprint_of(table, {}, {}); }

Fingerprint fingerprint_of(Table const& table, Table const& before, Fingerprint const& known) {
    Fingerprint fingerprint{table.gateway, {}};
    for_each_collection([&](CollectionName name, auto collection) {
        std::string const field(name.field);
        auto& digests = fingerprint.digests[field];
        for (auto const& [key, entry] : table.*collection) {
            auto const last = (before.*collection).find(key);
            bool const shared = last != (before.*collection).end() && last->second == entry;
            digests.emplace_hint(
                digests.end(), key,
                shared ? known.digests.at(field).at(key) : digest(to_json(*entry)));
        }
    });
    return fingerprint;
}

Fingerprint fingerprint_of(json::object const& table) {
    Fingerprint fingerprint;
    if (json::value const* const gateway = table.if_contains("gateway");
        gateway != nullptr && gateway->is_string()) {
        fingerprint.gateway = gateway->get_string();
    }
    for (json::key_value_pair const& member : table) {
        add_entries(member.key(), member.value(), fingerprint.digests);
    }
    return fingerprint;
}

void update(Fingerprint& fingerprint, Delta const& delta) {
    for (json::key_value_pair const& removed : delta.removes) {
        auto& digests = fingerprint.digests[std::string(removed.key())];
        json::array const* const keys = removed.value().if_array();
        for (std::size_t i = 0; keys != nullptr && i < keys->size(); ++i) {
            if ((*keys)[i].is_string()) digests.erase(std::string((*keys)[i].get_string()));
        }
    }
    for (json::key_value_pair const& upserted : delta.upserts) {
        add_entries(upserted.key(), upserted.value(), fingerprint.digests);
    }
}

std::string hash_of(Fingerprint const& fingerprint) {
    Sha256 hash;
    update_piece(hash, fingerprint.gateway);
    for (auto const& [collection, digests] : fingerprint.digests) {
        for (auto const& [key, digest] : digests) {
            update_piece(hash, collection);
            update_piece(hash, key);
            update_piece(hash, digest);
        }
    }
    return hash.finish();
}

namespace {

void add_entries(std::string_view collection, json::value const& entries,
                 Fingerprint::Digests& digests) {
    json::object const* const object = entries.if_object();
    if (object == nullptr) {
        return;
    }
    auto& into = digests[std::string(collection)];
    for (json::key_value_pair const& entry : *object) {
        into.insert_or_assign(std::string(entry.key()), digest(entry.value()));
    }
}

void update_piece(Sha256& hash, std::string_view piece) {
    hash.update(std::to_string(piece.size()) + ':');
    hash.update(piece);
}

}  // namespace
}  // namespace holdfast::model
