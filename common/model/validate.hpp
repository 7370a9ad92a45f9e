#pragma once

#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"

namespace holdfast::model {

/// Every rule a table must obey before a data plane may serve it: known keys, parseable
/// addresses, hosts, paths and certificates whose key fits, values within their ranges.
///
/// The controller runs it before it pushes and the data plane before it swaps, so a NACK means
/// the two disagree. Objects are named `Route default/chat`, `Certificate default/tls`, ...
/// Output  every problem, none when the table is good. Deterministic order.
[[nodiscard]] std::vector<Problem> validate(Table const& table);

}  // namespace holdfast::model
