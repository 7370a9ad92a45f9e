#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "controller/kube/collection_decoder.hpp"
#include "controller/kube/reflector.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// How a watch stands.
struct WatchState {
    bool complete = false;           ///< Has delivered everything once.
    std::optional<Trouble> trouble;  ///< Why it cannot go on now.
    /// Of objects that keep their last version; those of one object stand together.
    Problems unreadable = std::make_shared<std::vector<Problem> const>();
    WatchCounts counts;
};

class CollectionWatch;

/// Who is told by a watch, on the watch's thread. Must not block for long, nor destroy the watch.
class WatchOwner {
public:
    /// Objects, or only the collection's version, when nothing else of it changed.
    virtual void delivered(CollectionWatch& watch, Batch batch) = 0;
    /// After every answer and every event: state() may tell something new.
    virtual void moved(CollectionWatch& watch) = 0;

protected:
    ~WatchOwner() = default;
};

/// Carries out what a Reflector asks for, over a transport: the reflection of one collection.
///
/// Threads   one of its own, between start() and the end of join(); state() from any.
/// Lifetime  `transport` and `owner` outlive it.
class CollectionWatch {
public:
    CollectionWatch(Transport& transport, Collection collection, WatchOwner& owner,
                    std::uint64_t seed, ReflectorTimes times = {});
    ~CollectionWatch();
    CollectionWatch(CollectionWatch const&) = delete;
    CollectionWatch& operator=(CollectionWatch const&) = delete;

    void start();
    /// Ends it soon; nothing is told any more once finished() says so. Does not wait.
    void stop() { thread_.request_stop(); }
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    void join();

    [[nodiscard]] Collection const& collection() const noexcept { return collection_; }
    [[nodiscard]] WatchState state() const;

private:
    void run(std::stop_token const& stop);
    void take(WaitStep const& step, std::stop_token const& stop);
    void take(ListStep const& step, std::stop_token const& stop);
    void take(CheckStep const& step, std::stop_token const& stop);
    void take(WatchStep const& step, std::stop_token const& stop);
    void read(std::string_view bytes, WatchParser& parser, std::stop_source& stream);
    void deliver(Delta delta);
    void tell();

    Transport& transport_;
    Collection collection_;
    WatchOwner& owner_;
    Reflector reflector_;
    CollectionDecoder decoder_;
    std::uint64_t delivered_version_ = 0;
    mutable std::mutex mutex_;
    WatchState state_;  ///< Under mutex_.
    std::atomic<bool> finished_ = false;
    std::jthread thread_;
};

}  // namespace holdfast::controller::kube
