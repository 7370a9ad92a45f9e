#include "controller/source/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace holdfast::controller {

namespace {

constexpr std::uint32_t kNameEvents =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::uint32_t kContentEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr std::uint32_t kSelfEvents = IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

FileWatch::FileWatch(std::string root)
    : root_(std::move(root)), descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FileWatch::~FileWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool FileWatch::follow(ManifestTree const& tree) {
    complete_ = descriptor_ >= 0;
    WatchedMap watches;
    std::string const parent = std::filesystem::path(root_).parent_path().string();
    // The parent first: should a directory of the tree be the same one, its role counts.
    add(watches, parent, Role::parent);
    for (std::string const& directory : tree.directories)
        add(watches, directory, Role::directory);
    for (std::string const& file : tree.linked)
        add(watches, file, Role::file);

    bool const grew = std::ranges::any_of(
        watches, [this](auto const& watch) { return !watches_.contains(watch.first); });
    for (auto const& [watch, watched] : watches_) {
        if (!watches.contains(watch)) ::inotify_rm_watch(descriptor_, watch);
    }
    watches_ = std::move(watches);
    return grew;
}

void FileWatch::add(WatchedMap& watches, std::string const& path, Role role) {
    std::uint32_t mask = kNameEvents;
    if (role == Role::directory) mask |= kContentEvents | kSelfEvents;
    if (role == Role::file) mask = kContentEvents | kSelfEvents;
    // Adding a watch again changes nothing, and shows when another directory has taken the path.
    int const watch = ::inotify_add_watch(descriptor_, path.c_str(), mask);
    if (watch >= 0) {
        watches.insert_or_assign(watch, Watched{path, role});
    } else if (role != Role::file || errno != ENOENT) {
        // A link that leads nowhere is told of where what it names comes to be, if that is watched.
        complete_ = false;
    }
}

std::vector<FileWatch::Event> FileWatch::read() {
    std::vector<Event> events;
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    for (;;) {
        ssize_t const got = ::read(descriptor_, buffer.data(), buffer.size());
        if (got <= 0) return events;
        auto const size = static_cast<std::size_t>(got);
        for (std::size_t at = 0; at < size;) {
            auto const* const event = reinterpret_cast<inotify_event const*>(buffer.data() + at);
            judge(*event, events);
            at += sizeof(inotify_event) + event->len;
        }
    }
}

void FileWatch::judge(inotify_event const& event, std::vector<Event>& events) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        events.push_back({What::touched, {}});
        return;
    }
    auto const watched = watches_.find(event.wd);
    if (watched == watches_.end()) return;
    Watched const& where = watched->second;
    if (where.role == Role::file) {
        bool const writing = (event.mask & IN_MODIFY) != 0;
        events.push_back({writing ? What::written : What::closed, where.path});
    } else if (event.len > 0) {
        judge_name(where.path, event, events);
    } else {
        events.push_back({What::touched, {}});
    }
    if ((event.mask & IN_IGNORED) != 0) watches_.erase(watched);
}

void FileWatch::judge_name(std::string const& directory, inotify_event const& event,
                           std::vector<Event>& events) const {
    std::string_view const name(event.name);
    std::string const path = (std::filesystem::path(directory) / name).string();
    if (path == root_) {
        events.push_back({What::touched, {}});
    } else if (watches_.at(event.wd).role == Role::parent) {
        return;  // A neighbour of the root.
    } else if (name.starts_with("..") || ((event.mask & IN_ISDIR) != 0 && !name.starts_with('.'))) {
        // The swap of a ConfigMap mount, or a folder that came or went.
        events.push_back({What::touched, {}});
    } else if (is_manifest_name(name)) {
        bool const done =
            (event.mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)) != 0;
        What const other = (event.mask & IN_MODIFY) != 0 ? What::written : What::touched;
        events.push_back({done ? What::closed : other, done || other == What::written ? path : ""});
    }
}

}  // namespace holdfast::controller
