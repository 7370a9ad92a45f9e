#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "controller/kube/collection_watch.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller::kube {

/// How one collection stands.
struct Standing {
    Collection const* collection = nullptr;  ///< Outlives it.
    WatchState state;
};

/// What a source of these watches reports.
/// Input  `delivered` is what has been handed on; `secrets_left_out` are beyond
///        limits::watched_secrets_max.
[[nodiscard]] SourceReport report_of(std::vector<Standing> const& watches,
                                     std::set<ObjectId> const& delivered,
                                     std::size_t secrets_left_out);

/// Logs problems that are new, and objects that have none any more.
void log_difference(std::vector<SourceProblem> const& before,
                    std::vector<SourceProblem> const& after);

}  // namespace holdfast::controller::kube
