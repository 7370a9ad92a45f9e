#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "controller/source/manifest_tree.hpp"

struct inotify_event;

namespace holdfast::controller {

/// Tells when something that matters to manifests happens under a directory (inotify).
///
/// A watch only says when to look; what is there is found by looking. So events that cannot be
/// told apart, or were lost, are reported as a change of unknown kind.
/// Threads: none; owned by the source's thread.
class FileWatch {
public:
    enum class What : std::uint8_t {
        touched,  ///< Something changed, or may have.
        written,  ///< `path` was written to and is still open.
        closed,   ///< `path` was closed after writing, replaced or removed.
    };
    struct Event {
        What what;
        std::string path;  ///< Of a manifest; empty for `touched`.
    };

    /// `root`, an absolute path, is the directory whose coming and going is told even while it is
    /// not there.
    explicit FileWatch(std::string root);
    FileWatch(FileWatch const&) = delete;
    FileWatch& operator=(FileWatch const&) = delete;
    ~FileWatch();

    /// Readable when events are there; -1 when the system grants no watch at all.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Watches what `tree` holds and nothing else. True when something is watched that was not
    /// before: what happened there in the meantime is found by listing once more.
    bool follow(ManifestTree const& tree);
    /// False when something could not be watched: looking from time to time must make up for it.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    /// All events so far; never waits.
    [[nodiscard]] std::vector<Event> read();

private:
    enum class Role : std::uint8_t { parent, directory, file };
    struct Watched {
        std::string path;
        Role role;
    };
    using WatchedMap = std::map<int, Watched>;

    void add(WatchedMap& watches, std::string const& path, Role role);
    void judge(inotify_event const& event, std::vector<Event>& events);
    void judge_name(std::string const& directory, inotify_event const& event,
                    std::vector<Event>& events) const;

    std::string root_;
    int descriptor_;
    WatchedMap watches_;  ///< By inotify's watch descriptor.
    bool complete_ = false;
};

}  // namespace holdfast::controller
