#pragma once

#include <boost/json/object.hpp>

#include "common/base/error.hpp"
#include "common/model/table.hpp"

namespace holdfast::model {

/// What turns one table into another, in JSON: `upserts` is `{collection: {key: entry}}`,
/// `removes` is `{collection: [key]}`. Empty when the tables are equal.
struct Delta {
    boost::json::object upserts;
    boost::json::object removes;

    [[nodiscard]] bool empty() const noexcept { return upserts.empty() && removes.empty(); }
};

/// Both tables are of one Gateway (asserted).
/// Cost  one look at every key; entries that both tables share are neither compared nor encoded.
[[nodiscard]] Delta difference(Table const& from, Table const& to);

/// `base` with the delta applied; entries not named are shared with `base`. Collections that this
/// build does not know are ignored.
/// Errors  entries of a wrong type; a key to remove that `base` lacks, since the delta is then not
///         one of `base`.
[[nodiscard]] Checked<Table> apply(Table const& base, Delta const& delta);

}  // namespace holdfast::model
