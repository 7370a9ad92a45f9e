#pragma once

#include <boost/json/array.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "dataplane/relay/engine.hpp"

namespace holdfast {

/// Which sessions `/sessions` shows.
struct SessionQuery {
    std::string route = {};      ///< `namespace/name`; empty: of every route.
    relay::SessionId after = 0;  ///< Only those with a greater id: where the last answer ended.
    std::size_t limit = std::numeric_limits<std::size_t>::max();
};

/// The sessions asked for with the lowest ids, in ascending order of these; fields are named as in
/// the access log.
/// Cost  O(sessions) to find them, allocations only for those that are shown.
[[nodiscard]] boost::json::array list_sessions(relay::Engine const& engine,
                                               SessionQuery const& query);

/// One answer out of those of several engines, by the same rule.
[[nodiscard]] boost::json::array merge(std::vector<boost::json::array> lists, std::size_t limit);

}  // namespace holdfast
