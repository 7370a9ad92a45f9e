#include "common/model/received.hpp"

#include <boost/json/array.hpp>

#include "common/model/collections.hpp"
#include "common/model/digest.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

/// The digest of an entry as this build writes it; empty when it knows no such collection.
std::string own_digest(Table const& table, std::string_view collection, std::string const& key);

}  // namespace

Checked<Received> Received::from_json(json::object const& json) {
    auto table = table_from_json(json);
    if (!table) {
        return std::move(table).error();
    }
    Received received;
    received.table_ = std::make_shared<Table const>(*std::move(table));
    received.fingerprint_ = fingerprint_of(json);
    for (json::key_value_pair const& member : json) {
        if (member.value().is_object()) {
            received.keep_foreign(member.key(), member.value().get_object());
        }
    }
    return received;
}

Checked<Received> Received::with(Delta const& delta) const {
    auto table = apply(*table_, delta);
    if (!table) {
        return std::move(table).error();
    }
    Received next = *this;
    next.table_ = std::make_shared<Table const>(*std::move(table));
    update(next.fingerprint_, delta);
    for (auto& [collection, entries] : next.foreign_) {
        auto const& left = next.fingerprint_.digests.at(collection);
        std::erase_if(entries, [&](auto const& entry) { return !left.contains(entry.first); });
    }
    for (json::key_value_pair const& member : delta.upserts) {
        if (member.value().is_object()) {
            next.keep_foreign(member.key(), member.value().get_object());
        }
    }
    return next;
}

json::object Received::to_json() const {
    json::object json = model::to_json(*table_);
    for (auto const& [collection, entries] : foreign_) {
        for (auto const& [key, entry] : entries) {
            json::value& into = json[collection];
            if (!into.is_object()) into.emplace_object();
            into.get_object().insert_or_assign(key, entry);
        }
    }
    return json;
}

void Received::keep_foreign(std::string const& collection, json::object const& entries) {
    auto const& digests = fingerprint_.digests[collection];
    Entries& foreign = foreign_[collection];
    for (json::key_value_pair const& entry : entries) {
        std::string const key(entry.key());
        if (own_digest(*table_, collection, key) == digests.at(key)) {
            foreign.erase(key);
        } else {
            foreign.insert_or_assign(key, entry.value());
        }
    }
}

namespace {

std::string own_digest(Table const& table, std::string_view collection, std::string const& key) {
    std::string own;
    for_each_collection([&](CollectionName name, auto member) {
        if (name.field == collection) {
            own = digest(to_json(*(table.*member).at(key)));
        }
    });
    return own;
}

}  // namespace
}  // namespace holdfast::model
