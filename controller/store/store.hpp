#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "controller/source/source.hpp"
#include "controller/store/snapshot.hpp"

namespace holdfast::controller {

/// Holds what the sources delivered and hands it out as immutable snapshots.
///
/// Threads  every method from any thread; sources write, one subscriber reads.
/// Cost     a change costs what it changes; a snapshot copies the maps of pointers, and only when
///          something changed since the last one.
class Store {
public:
    Store() = default;
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    /// Calls `notify` after a change, on the thread that made it, and then not again before
    /// snapshot() was called: however many changes come, one notification is under way. It comes
    /// at once when something changed before. `notify` must not block; usually it posts. One
    /// subscriber; set it before sources start.
    void subscribe(std::function<void()> notify);

    /// Takes over one step of a source. Objects equal to what is held change nothing.
    void apply(Changes const& changes);

    /// Everything as of now; the same pointer while nothing changed. Never null.
    [[nodiscard]] std::shared_ptr<Snapshot const> snapshot();

private:
    /// Marks a change; returns whom to tell, or nothing.
    [[nodiscard]] std::function<void()> note_change();

    std::mutex mutex_;
    Snapshot working_;
    std::shared_ptr<Snapshot const> published_ = std::make_shared<Snapshot const>();
    bool changed_ = false;  ///< `working_` is ahead of `published_`.
    std::function<void()> notify_;
};

}  // namespace holdfast::controller
