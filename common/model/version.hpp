#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/model/table.hpp"

namespace holdfast::model {

/// The newest resourceVersion seen of each collection of sources (`websocketroutes` → 1433).
using SourceVector = std::map<std::string, std::uint64_t>;

/// Identifies a table.
///
/// `hash` says whether anything changed: equal tables have equal hashes whoever computed them, so
/// a controller that restarts over an unchanged cluster finds that every data plane has its table
/// already. `sources` says which of two different tables is newer.
struct Version {
    std::string hash;  ///< Lower-case hex of a SHA-256.
    SourceVector sources;

    friend bool operator==(Version const&, Version const&) = default;
};

/// The hash of a table that this build made: Fingerprint's. Of one that came from a peer it is
/// Received's, which counts what this build does not know, too.
[[nodiscard]] std::string content_hash(Table const& table);

enum class Order { same, newer, older, concurrent };

/// How `a` stands to `b`: newer when no source is behind and one is ahead. A source that only one
/// of them names does not count.
[[nodiscard]] Order compare(SourceVector const& a, SourceVector const& b);

}  // namespace holdfast::model
