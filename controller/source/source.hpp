#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/model/version.hpp"
#include "controller/source/any_object.hpp"
#include "controller/source/value.hpp"

namespace holdfast::controller {

/// One step from what a source had delivered to what it delivers now.
struct Changes {
    std::vector<Object> upserts;    ///< New objects, and new versions of old ones.
    std::vector<ObjectId> removes;  ///< In no upsert.
    /// Newest resourceVersion of each collection that has any; 0: it is read no more.
    model::SourceVector sources;

    /// Nothing to say. Versions alone are something: they tell how far the source has read.
    [[nodiscard]] bool empty() const noexcept {
        return upserts.empty() && removes.empty() && sources.empty();
    }
};

/// A problem, and where it stands when it stands in a file.
struct SourceProblem {
    std::string file;
    Position at;
    Problem problem;

    friend bool operator==(SourceProblem const&, SourceProblem const&) = default;
};

/// `file:line:column: object: field: message`; what is not known is left out.
[[nodiscard]] std::string to_string(SourceProblem const& problem);

/// How the watch of one kind of objects is doing.
struct CollectionReport {
    std::string resource;  ///< `gateways`, `secrets`: a metric label value.
    bool synced = false;   ///< Has been read whole once.
    std::uint64_t lists_total = 0;
    std::uint64_t events_total = 0;
    std::map<std::string, std::uint64_t> restarts_total;  ///< By reason.
    TimePoint last_heard;                                 ///< Bookmarks count.

    friend bool operator==(CollectionReport const&, CollectionReport const&) = default;
};

/// How a source is doing, for /status and metrics.
struct SourceReport {
    std::vector<SourceProblem> problems;  ///< All that hold now; none when all is well.
    std::size_t objects_count = 0;        ///< Delivered and not removed.
    std::size_t files_count = 0;          ///< Manifests seen; 0 for a source without files.
    std::size_t files_refused = 0;        ///< Of these, the ones whose last good state is in force.
    std::size_t never_good = 0;     ///< Files, or objects of an API, without a good state yet.
    std::uint64_t loads_total = 0;  ///< Times that the source looked.
    std::vector<CollectionReport> collections;  ///< Of a source that watches an API.

    friend bool operator==(SourceReport const&, SourceReport const&) = default;
};

/// What a source calls, on threads of its own, one call at a time. Calls must not block for long
/// and must not call the source back.
struct SourceEvents {
    /// Never empty; perhaps with versions only, as of a kind that nobody changes.
    std::function<void(Changes)> changed;
    /// Everything there is has been delivered once, by any number of `changed`, and `reported` has
    /// been called. Before it nothing may be concluded from what is absent.
    /// Called once.
    std::function<void()> synced;
    /// After every look; problems that were reported before are in it again while they hold.
    std::function<void(SourceReport const&)> reported;
};

/// Where objects come from: a directory of manifests, or the Kubernetes API.
///
/// A source never takes an object away because it cannot read it: what was delivered stays in
/// force, with a problem in the report, until a good version or its absence is certain.
class Source {
public:
    Source() = default;
    Source(Source const&) = delete;
    Source& operator=(Source const&) = delete;
    virtual ~Source() = default;

    /// Begins to deliver. Call once. Throws std::system_error when the system refuses what the
    /// source cannot be without.
    virtual void start(SourceEvents events) = 0;
    /// Returns when the last call has ended and none will follow. Idempotent; not from a call.
    virtual void stop() = 0;
};

}  // namespace holdfast::controller
