#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>

#include "common/model/delta.hpp"
#include "common/model/table.hpp"

namespace holdfast::model {

/// What the hash of a table is made of: the digest of every entry.
///
/// It knows collections by name only, so that one of a newer release counts like the others: the
/// hash is over what a peer says, not over what this build understands of it.
struct Fingerprint {
    /// Digests of entries by the names of their collections, and in them by their keys.
    using Digests = std::map<std::string, std::map<std::string, std::string>>;

    std::string gateway;
    Digests digests;

    friend bool operator==(Fingerprint const&, Fingerprint const&) = default;
};

[[nodiscard]] Fingerprint fingerprint_of(Table const& table);

/// The same. `known` is the fingerprint of `before`, which the table follows.
/// Cost  a digest of every entry that the two tables do not share.
[[nodiscard]] Fingerprint fingerprint_of(Table const& table, Table const& before,
                                         Fingerprint const& known);

/// Of a table as it came. Members of it that are no objects are no collections, hence nothing that
/// a hash is over.
[[nodiscard]] Fingerprint fingerprint_of(boost::json::object const& table);

/// Makes `fingerprint` the one of the table with `delta` applied. What it removes and is not there,
/// and what has a wrong type, changes nothing: model::apply reports it.
/// Cost  a digest of every entry that the delta holds.
void update(Fingerprint& fingerprint, Delta const& delta);

/// SHA-256, in lower-case hex, over the Gateway and every entry's collection, key and digest, in
/// the order of their names.
[[nodiscard]] std::string hash_of(Fingerprint const& fingerprint);

}  // namespace holdfast::model
