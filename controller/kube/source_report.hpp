#pragma once

#include <cstddef>
#include <set>
#include <string>
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

/// What one report tells and the one before it did not.
struct ReportDifference {
    std::vector<Problem> began;
    /// Objects without any problem now. None while there are more problems than are reported: what
    /// is not among them may still have its own.
    std::vector<std::string> mended;
};

[[nodiscard]] ReportDifference difference(std::vector<SourceProblem> const& before,
                                          std::vector<SourceProblem> const& after);

void log_difference(ReportDifference const& difference);

}  // namespace holdfast::controller::kube
