#include "controller/source/directory.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "common/base/log.hpp"

namespace holdfast::controller {

namespace {

/// Absolute, so that a directory has a parent to be watched in, whatever the path says.
std::string tidy(std::string const& path) {
    std::string tidied = std::filesystem::absolute(path).lexically_normal().string();
    if (tidied.size() > 1 && tidied.ends_with('/')) tidied.pop_back();
    return tidied;
}

void log_problem(SourceProblem const& problem);
void log_mended(SourceReport const& now, SourceReport const& before);

}  // namespace

DirectorySource::DirectorySource(DirectoryOptions options)
    : options_(std::move(options)),
      watch_((options_.path = tidy(options_.path))),
      settling_(options_.settling) {}

DirectorySource::~DirectorySource() {
    stop();
    if (stop_event_ >= 0) ::close(stop_event_);
}

void DirectorySource::start(SourceEvents events) {
    stop_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_event_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
    events_ = std::move(events);
    thread_ = std::thread([this] { run(); });
}

void DirectorySource::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    ::eventfd_write(stop_event_, 1);
    thread_.join();
}

void DirectorySource::run() {
    while (!stopping_) {
        try {
            look(Clock::now());
        } catch (std::exception const& error) {
            // Out of memory, say. What was delivered stays; the next look tries again.
            log::error("cannot read manifests", {{"path", options_.path}, {"cause", error.what()}});
        }
        wait();
    }
}

void DirectorySource::wait() {
    for (;;) {
        TimePoint const now = Clock::now();
        TimePoint const until = std::min(settling_.due().value_or(TimePoint::max()), next_look());
        if (stopping_ || until <= now) return;
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
        std::array<pollfd, 2> waited{{{.fd = stop_event_, .events = POLLIN, .revents = 0},
                                      {.fd = watch_.descriptor(), .events = POLLIN, .revents = 0}}};
        ::poll(waited.data(), waited.size(), static_cast<int>(left.count()));
        drain_events(Clock::now());
    }
}

void DirectorySource::drain_events(TimePoint now) {
    for (FileWatch::Event const& event : watch_.read()) {
        if (event.what == FileWatch::What::written) settling_.written(event.path, now);
        if (event.what == FileWatch::What::closed) settling_.closed(event.path);
        settling_.touched(now);
    }
}

TimePoint DirectorySource::next_look() const {
    bool const blind = inode_ == 0 || !watch_.complete();
    return looked_ + (blind ? options_.blind_look_interval : options_.look_interval);
}

void DirectorySource::look(TimePoint now) {
    looked_ = now;
    ++loads_total_;
    std::set<std::string> const being_written = settling_.take(now);
    ManifestTree const tree = list();
    if (appeared(tree)) {
        // It is being filled, most likely: what is not there yet is not gone.
        settling_.returned(now);
        return;
    }
    manifests_.set_directory_problem(tree.problem);
    if (tree.exists) read_files(tree, being_written);
    publish(tree.problem.empty() ? Listing::whole : Listing::partial);
}

ManifestTree DirectorySource::list() {
    constexpr int attempts_max = 8;
    ManifestTree tree = list_manifests(options_.path);
    // What came into a folder before its watch was there made no event.
    for (int i = 0; watch_.follow(tree) && i < attempts_max; ++i) {
        tree = list_manifests(options_.path);
    }
    return tree;
}

bool DirectorySource::appeared(ManifestTree const& tree) {
    bool const other = tree.device != device_ || tree.inode != inode_;
    device_ = tree.device;
    inode_ = tree.inode;
    // The first look delivers at once: who starts a controller has the manifests in place.
    return tree.exists && other && loads_total_ > 1;
}

void DirectorySource::read_files(ManifestTree const& tree,
                                 std::set<std::string> const& being_written) {
    std::set<std::string> present;
    for (std::string const& file : tree.files) {
        present.insert(file);
        if (being_written.contains(file)) continue;
        std::variant<std::string, Unreadable> const content = read_manifest(file);
        if (auto const* const bytes = std::get_if<std::string>(&content)) {
            manifests_.update(file, *bytes);
        } else if (auto const& unreadable = std::get<Unreadable>(content);
                   unreadable.gone && !tree.linked.contains(file)) {
            present.erase(file);
        } else {
            manifests_.keep(file, "cannot be read: " + unreadable.why);
        }
    }
    if (tree.problem.empty()) manifests_.retain(present);
}

void DirectorySource::publish(Listing listing) {
    Changes changes = manifests_.commit();
    if (!changes.empty()) {
        log::info("manifests changed", {{"path", options_.path},
                                        {"upserts", changes.upserts.size()},
                                        {"removes", changes.removes.size()}});
        events_.changed(std::move(changes));
    }
    report();
    if (!synced_ && listing == Listing::whole) {
        synced_ = true;
        events_.synced();
    }
}

void DirectorySource::report() {
    SourceReport report = manifests_.report();
    report.loads_total = loads_total_;
    for (SourceProblem const& problem : report.problems) {
        if (std::ranges::find(reported_.problems, problem) == reported_.problems.end()) {
            log_problem(problem);
        }
    }
    log_mended(report, reported_);
    reported_ = std::move(report);
    events_.reported(reported_);
}

namespace {

void log_problem(SourceProblem const& problem) {
    if (problem.file.empty()) {
        log::error("the manifests cannot be read", {{"problem", problem.problem.message}});
        return;
    }
    log::warning("manifest refused", {{"file", problem.file},
                                      {"line", problem.at.line},
                                      {"column", problem.at.column},
                                      {"object", problem.problem.object},
                                      {"field", problem.problem.field},
                                      {"problem", problem.problem.message}});
}

void log_mended(SourceReport const& now, SourceReport const& before) {
    std::set<std::string> mended;
    for (SourceProblem const& problem : before.problems) {
        mended.insert(problem.file);
    }
    for (SourceProblem const& problem : now.problems) {
        mended.erase(problem.file);
    }
    for (std::string const& file : mended) {
        if (file.empty()) {
            log::info("the manifests can be read again");
        } else {
            log::info("manifest is well again", {{"file", file}});
        }
    }
}

}  // namespace

}  // namespace holdfast::controller
