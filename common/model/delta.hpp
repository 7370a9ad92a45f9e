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

/// Cost: one look at every key; entries that both tables share are not encoded.
[[nodiscard]] Delta difference(Table const& from, Table const& to);

/// `base` with the delta applied; entries not named are shared with `base`.
[[nodiscard]] Checked<Table> apply(Table const& base, Delta const& delta);

}  // namespace holdfast::model
