#pragma once

#include <cstddef>

#include "common/base/error.hpp"
#include "controller/store/snapshot.hpp"

/// What leads to no Gateway of ours, in words.
namespace holdfast::controller {

/// A parentRef of `route`: it names no Gateway, one that does not exist, or one of another class.
[[nodiscard]] Problem orphaned_parent(WebSocketRoute const& route, std::size_t parent_index,
                                      Snapshot const& snapshot);

/// A Gateway whose class is not ours.
[[nodiscard]] Problem orphaned_gateway(Gateway const& gateway, Snapshot const& snapshot);

}  // namespace holdfast::controller
