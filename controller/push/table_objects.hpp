#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "common/model/table.hpp"

/// The objects of a table by the names that problems call them: `Route default/chat`.
namespace holdfast::controller {

using TableObject =
    std::variant<std::shared_ptr<model::Listener const>, std::shared_ptr<model::Certificate const>,
                 std::shared_ptr<model::Backend const>, std::shared_ptr<model::Route const>>;

/// Nothing when the table holds no such object, or the name is none of an object.
[[nodiscard]] std::optional<TableObject> find_object(model::Table const& table,
                                                     std::string const& name);

/// True when both have the same kind and content.
[[nodiscard]] bool same(TableObject const& a, TableObject const& b);
/// True when `table` holds `object` under that name, as it is.
[[nodiscard]] bool holds(model::Table const& table, std::string const& name,
                         TableObject const& object);

/// Puts another version in the place of an object that `table` holds.
void replace(model::Table& table, std::string const& name, TableObject const& object);

/// Takes an object out with the smallest consequence that keeps the table whole: a route goes; a
/// backend's references become invalid and answer 500 for their share; a certificate leaves its
/// listeners, which stay without one; a listener takes its attachments along, and a route without
/// any goes.
void leave_out(model::Table& table, std::string const& name);

}  // namespace holdfast::controller
