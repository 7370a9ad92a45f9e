#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <memory>
#include <string>

#include "common/base/error.hpp"
#include "common/model/delta.hpp"
#include "common/model/fingerprint.hpp"
#include "common/model/table.hpp"

namespace holdfast::model {

/// A table as a peer sent it: what this build reads of it, and what else it takes to hash it and to
/// say it again.
///
/// A peer one release away sends members and collections that this build does not know. They are
/// not served, but they are part of the table: its hash is over them, and who stores the table
/// stores them, since a newer build may be the one that reads it.
/// Cost  besides the table a digest per entry; what came is kept for those entries alone that this
///       build would not write as they came.
class Received {
public:
    /// Errors  those of table_from_json.
    [[nodiscard]] static Checked<Received> from_json(boost::json::object const& json);

    /// This table with `delta` applied.
    /// Errors  those of model::apply.
    [[nodiscard]] Checked<Received> with(Delta const& delta) const;

    /// What this build reads of it. Never null.
    [[nodiscard]] std::shared_ptr<Table const> const& table() const noexcept { return table_; }
    /// What version.hash must be.
    [[nodiscard]] std::string hash() const { return hash_of(fingerprint_); }
    /// All that came, in the form of table_json.
    [[nodiscard]] boost::json::object to_json() const;

private:
    using Entries = std::map<std::string, boost::json::value>;

    void keep_foreign(std::string const& collection, boost::json::object const& entries);

    std::shared_ptr<Table const> table_;
    Fingerprint fingerprint_;
    std::map<std::string, Entries> foreign_;  ///< As they came, by collection and key.
};

}  // namespace holdfast::model
