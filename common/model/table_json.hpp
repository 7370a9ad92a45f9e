#pragma once

#include <boost/json/value.hpp>

#include "common/base/error.hpp"
#include "common/model/table.hpp"

/// The JSON form of the table: what the push stream carries, what lies on disk as the last good
/// table, what `/config_dump` prints.
///
/// Field names are the structs' own in camelCase; enumerators are their names. Encoding is
/// deterministic. Fields with their default value are left out, and decoding ignores fields it does
/// not know, so that a peer one release away can read it: a default therefore never changes.
/// Decoding reports every problem with object and field; it does not judge values (validate does).
namespace holdfast::model {

[[nodiscard]] boost::json::object to_json(Listener const& listener);
[[nodiscard]] boost::json::object to_json(Certificate const& certificate);
[[nodiscard]] boost::json::object to_json(Backend const& backend);
[[nodiscard]] boost::json::object to_json(Route const& route);
[[nodiscard]] boost::json::object to_json(Table const& table);

/// As to_json, with private keys replaced by their length: for everything that people see.
[[nodiscard]] boost::json::object to_json_redacted(Table const& table);

[[nodiscard]] Checked<Table> table_from_json(boost::json::value const& json);

/// One entry of the named collection (`listeners`, `certificates`, `backends`, `routes`), put into
/// `table` under `key`. Problems are appended; the table is untouched when there are any.
bool entry_from_json(std::string_view collection, std::string_view key,
                     boost::json::value const& json, Table& table, std::vector<Problem>& problems);

}  // namespace holdfast::model
