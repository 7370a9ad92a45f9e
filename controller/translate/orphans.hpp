#pragma once

#include <cstddef>
#include <string>

#include "common/base/error.hpp"
#include "controller/store/snapshot.hpp"

/// What leads to no Gateway of ours, in words.
namespace holdfast::controller {

/// A parentRef of `route`: it names no Gateway, one that does not exist, or one of another class.
[[nodiscard]] Problem orphaned_parent(WebSocketRoute const& route, std::size_t parent_index,
                                      Snapshot const& snapshot);

/// Does a Gateway that is not ours look as if it was meant to be? Its class does not exist, or is
/// another controller's under our name. Any other class is somebody else's business.
[[nodiscard]] bool is_orphaned(Gateway const& gateway, Snapshot const& snapshot);
[[nodiscard]] Problem orphaned_gateway(Gateway const& gateway, Snapshot const& snapshot);

/// A Gateway that this controller is to serve and that does not exist.
[[nodiscard]] Problem missing_gateway(std::string const& key);

}  // namespace holdfast::controller
