#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "controller/source/file_watch.hpp"
#include "controller/source/manifest_set.hpp"
#include "controller/source/settling.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller {

struct DirectoryOptions {
    std::string path;  ///< Need not exist yet; nothing is delivered until it does.
    SettlingTimes settling;
    /// A look even without an event: network file systems and links above the directory change
    /// without one.
    std::chrono::milliseconds look_interval{30'000};
    /// The same while the directory is missing or watches are.
    std::chrono::milliseconds blind_look_interval{500};
};

/// A directory of manifests as a source: every `*.yaml` and `*.yml` under it, read again when it
/// changes.
///
/// What it survives without taking an object away: a file that is broken, half written or
/// unreadable keeps its last good objects; a directory that is removed, unmounted or cannot be
/// listed keeps everything. Files may be replaced by rename, written in place, or be links that
/// are swapped (ConfigMap mounts).
/// Threads  one of its own, between start() and stop().
class DirectorySource final : public Source {
public:
    explicit DirectorySource(DirectoryOptions options);
    ~DirectorySource() override;

    void start(SourceEvents events) override;
    void stop() override;

private:
    void run();
    /// Waits until it is time to look again, or stop() was called.
    void wait();
    void drain_events(TimePoint now);
    [[nodiscard]] TimePoint next_look() const;
    void look(TimePoint now);
    [[nodiscard]] ManifestTree list();
    /// Notes which directory stands at the path; true when it is another one than at the last look.
    [[nodiscard]] bool appeared(ManifestTree const& tree);
    void read_files(ManifestTree const& tree, std::set<std::string> const& being_written);
    enum class Listing : std::uint8_t { whole, partial };
    void publish(Listing listing);
    void report();

    DirectoryOptions options_;
    SourceEvents events_;
    FileWatch watch_;
    Settling settling_;
    ManifestSet manifests_;
    SourceReport reported_;
    std::uint64_t loads_total_ = 0;
    TimePoint looked_;
    std::uint64_t device_ = 0;  ///< Of the directory at the last look; 0 when it was missing.
    std::uint64_t inode_ = 0;
    bool synced_ = false;

    std::atomic<bool> stopping_ = false;
    int stop_event_ = -1;  ///< An eventfd that wakes the thread.
    std::thread thread_;
};

}  // namespace holdfast::controller
