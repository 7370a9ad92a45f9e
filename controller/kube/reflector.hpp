#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "controller/kube/api_status.hpp"
#include "controller/kube/collection.hpp"
#include "controller/kube/deletion_guard.hpp"
#include "controller/kube/list_page.hpp"
#include "controller/kube/trouble.hpp"
#include "controller/kube/watch_counts.hpp"
#include "controller/kube/watch_parser.hpp"

namespace holdfast::controller::kube {

/// What a reflector wants done; its answer goes to the method named.
struct ListStep {
    std::string target;  ///< GET, then listed().
};
struct WatchStep {
    /// GET as a stream: the 200 to watch_accepted(), each event to watched(), the end to
    /// watch_ended().
    std::string target;
    std::chrono::milliseconds silence_timeout{};
};
struct CheckStep {
    std::string target;  ///< GET, then checked().
};
struct WaitStep {
    std::chrono::milliseconds time{};  ///< Then next() again.
};
using Step = std::variant<ListStep, WatchStep, CheckStep, WaitStep>;

/// What an answer changed.
struct Delta {
    std::vector<boost::json::object> upserts;
    std::vector<std::string> removes;  ///< Keys: `namespace/name`, or `name`.
};

/// The clockwork of a reflector; other values than the defaults are for tests.
struct ReflectorTimes {
    /// The longest silence of a watch: longer than the minute between two bookmarks.
    std::chrono::milliseconds silence{180'000};
    /// The wait after a failure is random below this, and below twice as much after the next.
    std::chrono::milliseconds pause{800};
    std::chrono::milliseconds pause_max{30'000};
    /// A watch that ends sooner and brings nothing is a failure.
    std::chrono::milliseconds short_watch{1'000};
    /// Between two looks for a kind that is not defined.
    std::chrono::milliseconds missing_pause{2'000};
};

/// Mirrors one collection of the API server: lists it, watches it from there, and lists it anew
/// when the server has forgotten where the watch stood. Decides what to ask and what the answers
/// mean; asks nothing itself.
///
/// Kept through every trouble: what was delivered. An object is gone only when the server says so,
/// and for a kind that a CRD defines only when its DeletionGuard agrees.
///
/// Input    `resourceVersion`s are compared as numbers (KEP-5504), and only to notice that the
///          server went back in time, as after a restore of etcd.
/// Threads  none; no clock of its own. Deterministic for a given seed.
/// Source   client-go tools/cache/reflector.go; Kubernetes API concepts, "Efficient detection of
///          changes". Tests: tests/unit/kube/reflector_test.cpp
class Reflector {
public:
    static constexpr int kPageObjects = 500;

    Reflector(Collection collection, std::uint64_t seed, ReflectorTimes times = {});

    [[nodiscard]] Step next(TimePoint now);

    [[nodiscard]] Delta listed(Outcome<Answer> const& answer, TimePoint now);
    void watch_accepted(TimePoint now);
    [[nodiscard]] Delta watched(WatchEvent event, TimePoint now);
    /// True when the stream under way is of no use any more: end it, without watch_ended().
    [[nodiscard]] bool wants_out() const noexcept { return leaves_ || phase_ != Phase::watch; }
    void watch_ended(Outcome<Answer> const& answer, TimePoint now);
    [[nodiscard]] Delta checked(Outcome<Answer> const& answer, TimePoint now);

    /// The collection has been delivered whole once.
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    [[nodiscard]] std::optional<Trouble> const& trouble() const noexcept { return trouble_; }
    /// Newest version of the collection that is known; 0 before the first list.
    [[nodiscard]] std::uint64_t version() const noexcept;
    [[nodiscard]] WatchCounts const& counts() const noexcept { return counts_; }

private:
    enum class Phase : std::uint8_t { list, watch, settle, check };
    /// How fresh a list must be, and in how many pieces it may come.
    enum class Freshness : std::uint8_t {
        cached,   ///< Whatever the server has: the first list.
        newest,   ///< From etcd, in pages.
        unpaged,  ///< The same in one piece, after a page was lost.
    };

    [[nodiscard]] std::string list_query() const;
    [[nodiscard]] WatchStep watch_step(TimePoint now);
    [[nodiscard]] Delta replace(TimePoint now);
    void list_failed(Trouble::Kind kind, std::string message, TimePoint now);
    void list_refused(ApiStatus const& status, TimePoint now);
    void forget_pages();
    void list_anew(Freshness freshness);
    void watch_refused(ApiStatus const& status, TimePoint now);
    void count_failed_watch();
    void remove(std::string key, TimePoint now, Delta& delta);
    void note_version(std::string const& version);
    void pause(TimePoint now, std::optional<std::chrono::seconds> at_least = std::nullopt);
    void complain(Trouble::Kind kind, std::string message);
    /// The same words, whichever answer tells of it.
    void complain_of_missing();
    void count(WatchEnd end) noexcept;

    Collection collection_;
    ReflectorTimes times_;
    Backoff backoff_;
    std::mt19937_64 random_;
    Phase phase_ = Phase::list;
    TimePoint resume_at_;  ///< Nothing is done before.
    Freshness freshness_ = Freshness::cached;
    ListPage pages_;  ///< Of a list under way, as long as `continue_at` says so.
    int pages_count_ = 0;
    std::string version_;
    std::set<std::string> known_;
    DeletionGuard guard_;
    TimePoint settled_at_;                    ///< What is in doubt has been so for long enough.
    std::optional<TimePoint> look_again_at_;  ///< The definition could not be told.
    bool leaves_ = false;                     ///< The stream under way has told of an error.
    TimePoint watch_began_;
    std::uint64_t events_in_watch_ = 0;
    bool accepted_ = false;  ///< The watch under way.
    int silent_watches_ = 0;
    int failed_watches_ = 0;  ///< In a row.
    bool complete_ = false;
    bool just_listed_ = false;  ///< No watch has gone on from the list yet.
    std::optional<Trouble> trouble_;
    WatchCounts counts_;
};

}  // namespace holdfast::controller::kube
