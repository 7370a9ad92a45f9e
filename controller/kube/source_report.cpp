#include "controller/kube/source_report.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"

namespace holdfast::controller::kube {
namespace {

/// Stands for the problems beyond limits::source_problems_max.
constexpr char const* kMore = "there are more problems than are told";

std::vector<SourceProblem> problems_of(std::vector<Standing> const& watches,
                                       std::size_t secrets_left_out);
std::size_t never_good(std::vector<Standing> const& watches, std::set<ObjectId> const& delivered);
bool tells_of_more(SourceProblem const& problem);
/// Of each resource, whose collections may be several.
std::vector<CollectionReport> collections_of(std::vector<Standing> const& watches);

}  // namespace

SourceReport report_of(std::vector<Standing> const& watches, std::set<ObjectId> const& delivered,
                       std::size_t secrets_left_out) {
    SourceReport report;
    report.problems = problems_of(watches, secrets_left_out);
    report.never_good = never_good(watches, delivered);
    report.objects_count = delivered.size();
    report.collections = collections_of(watches);
    for (CollectionReport const& one : report.collections) {
        report.loads_total += one.lists_total;
    }
    return report;
}

ReportDifference difference(std::vector<SourceProblem> const& before,
                            std::vector<SourceProblem> const& after) {
    auto const parts = [](SourceProblem const& one) {
        return std::tie(one.problem.object, one.problem.field, one.problem.message);
    };
    std::set<decltype(parts(SourceProblem()))> known;
    std::set<std::string_view> mended;
    for (SourceProblem const& one : before) {
        known.insert(parts(one));
        if (!tells_of_more(one)) mended.insert(one.problem.object);
    }
    ReportDifference difference;
    for (SourceProblem const& one : after) {
        mended.erase(one.problem.object);
        if (!known.contains(parts(one))) difference.began.push_back(one.problem);
    }
    if (std::ranges::none_of(after, tells_of_more)) {
        difference.mended.assign(mended.begin(), mended.end());
    }
    return difference;
}

void log_difference(ReportDifference const& difference) {
    for (Problem const& one : difference.began) {
        log::warning("the Kubernetes API is not read as it should be",
                     {{"object", one.object}, {"field", one.field}, {"problem", one.message}});
    }
    for (std::string const& object : difference.mended) {
        log::info("the Kubernetes API is read again", {{"object", object}});
    }
}

namespace {

SourceProblem problem(std::string object, std::string message) {
    return {{}, {}, {std::move(object), {}, std::move(message)}};
}

bool tells_of_more(SourceProblem const& problem) { return problem.problem.message == kMore; }

/// First what concerns most.
std::vector<SourceProblem> problems_of(std::vector<Standing> const& watches,
                                       std::size_t secrets_left_out) {
    std::vector<SourceProblem> all;
    if (secrets_left_out > 0) {
        all.push_back(problem("secrets", "listeners name more than " +
                                             std::to_string(limits::watched_secrets_max) +
                                             ", and no more are read"));
    }
    for (Standing const& watch : watches) {
        if (!watch.state.trouble) continue;
        all.push_back(problem(to_string(*watch.collection), watch.state.trouble->message));
    }
    for (Standing const& watch : watches) {
        for (Problem const& one : *watch.state.unreadable) {
            if (all.size() >= limits::source_problems_max) {
                all.push_back(problem("objects", kMore));
                return all;
            }
            all.push_back({{}, {}, one});
        }
    }
    return all;
}

std::size_t never_good(std::vector<Standing> const& watches, std::set<ObjectId> const& delivered) {
    std::size_t count = 0;
    for (Standing const& watch : watches) {
        std::string const& kind = watch.collection->kind;
        std::string_view before;
        for (Problem const& problem : *watch.state.unreadable) {
            if (problem.object == before) continue;
            before = problem.object;
            if (!delivered.contains({kind, problem.object.substr(kind.size() + 1)})) ++count;
        }
    }
    return count;
}

void add(WatchState const& state, WatchState& sum) {
    sum.complete = sum.complete && state.complete;
    sum.counts.lists += state.counts.lists;
    sum.counts.events += state.counts.events;
    for (std::size_t i = 0; i < kWatchEnds; ++i) {
        sum.counts.ends[i] += state.counts.ends[i];
    }
    // The stalest of several tells how stale the resource may be.
    sum.counts.last_heard = std::min(sum.counts.last_heard, state.counts.last_heard);
}

std::vector<CollectionReport> collections_of(std::vector<Standing> const& watches) {
    std::map<std::string_view, WatchState> sums;
    for (Standing const& watch : watches) {
        auto const [sum, first] = sums.try_emplace(watch.collection->plural, watch.state);
        if (!first) add(watch.state, sum->second);
    }
    std::vector<CollectionReport> reports;
    for (auto const& [resource, sum] : sums) {
        CollectionReport report{.resource = std::string(resource),
                                .synced = sum.complete,
                                .lists_total = sum.counts.lists,
                                .events_total = sum.counts.events,
                                .restarts_total = {},
                                .last_heard = sum.counts.last_heard};
        for (std::size_t i = 0; i < kWatchEnds; ++i) {
            std::string_view const reason = to_string(static_cast<WatchEnd>(i));
            report.restarts_total[std::string(reason)] = sum.counts.ends[i];
        }
        reports.push_back(std::move(report));
    }
    return reports;
}

}  // namespace
}  // namespace holdfast::controller::kube
