#pragma once

#include <array>
#include <string_view>

#include "common/model/table.hpp"

/// What is true of all four collections of a table, so that no loop over them forgets one.
namespace holdfast::model {

struct CollectionName {
    std::string_view field;  ///< In JSON, hashes and deltas: `routes`.
    std::string_view kind;   ///< Of one entry, in problems: `Route`.
};

/// Calls `visit(CollectionName, Collection<T> Table::*)` for every collection, in the order in
/// which they are written.
template <class Visit>
void for_each_collection(Visit visit) {
    visit(CollectionName{"listeners", "Listener"}, &Table::listeners);
    visit(CollectionName{"certificates", "Certificate"}, &Table::certificates);
    visit(CollectionName{"backends", "Backend"}, &Table::backends);
    visit(CollectionName{"routes", "Route"}, &Table::routes);
}

// The names of enumerators in JSON, at their index.
inline constexpr std::array<std::string_view, 2> kProtocolNames{"http", "https"};
inline constexpr std::array<std::string_view, 2> kEndpointStateNames{"ready", "serving"};
inline constexpr std::array<std::string_view, 2> kPathTypeNames{"exact", "prefix"};
inline constexpr std::array<std::string_view, 3> kLiveSessionsNames{"keep", "drain", "close"};

}  // namespace holdfast::model
