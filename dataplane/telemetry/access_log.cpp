#include "dataplane/telemetry/access_log.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/base/signals.hpp"

namespace holdfast::telemetry {
namespace {

using namespace std::chrono_literals;

/// To wake the writer costs more than to format a line, so lines leave in batches: when there is
/// enough for one write, or the first of them has waited this long.
constexpr std::size_t kBatchBytes = PIPE_BUF;
constexpr auto kBatchTime = 50ms;

/// The queue and the thread that empties it into a descriptor.
class QueuedLog final : public AccessLog {
public:
    explicit QueuedLog(int fd);
    ~QueuedLog() override;

    void write(AccessRecord const& record) override;
    [[nodiscard]] std::uint64_t lines_dropped() const noexcept override { return dropped_.load(); }

private:
    void run();
    [[nodiscard]] std::string wait_for_lines();
    void write_out(std::string_view lines);
    [[nodiscard]] bool write_all(std::string_view bytes);
    [[nodiscard]] bool wait_until_writable();
    void drop(std::size_t lines);

    int const fd_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string queue_;  // Whole lines.
    std::size_t queue_lines_ = 0;
    std::atomic<bool> stopping_{false};
    std::optional<TimePoint> give_up_;  // The writer thread's own.
    std::atomic<std::uint64_t> dropped_{0};
    std::thread thread_;
};

int open_for_append(std::string const& path);
/// As many whole lines as go into one write; at least one.
std::size_t chunk_size(std::string_view lines) noexcept;

}  // namespace

Outcome<std::unique_ptr<AccessLog>> open_access_log(std::string const& path) {
    int const fd = open_for_append(path);
    if (fd < 0) {
        boost::system::error_code const cause(errno, boost::system::system_category());
        return Failure{cause, "cannot open access log " + path};
    }
    return std::unique_ptr<AccessLog>(std::make_unique<QueuedLog>(fd));
}

namespace {

QueuedLog::QueuedLog(int fd) : fd_(fd) {
    SignalsBlocked const blocked;
    thread_ = std::thread([this] { run(); });
}

QueuedLog::~QueuedLog() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
    ::close(fd_);
}

void QueuedLog::write(AccessRecord const& record) {
    std::string line = to_json_line(record);
    line += '\n';
    bool wake = false;
    {
        std::lock_guard const lock(mutex_);
        auto const before = queue_.size();
        auto const after = before + line.size();
        if (queue_lines_ >= limits::access_log_lines_max || after > limits::access_log_bytes_max) {
            drop(1);
            return;
        }
        queue_ += line;
        ++queue_lines_;
        wake = before == 0 || (before < kBatchBytes && after >= kBatchBytes);
    }
    if (wake) changed_.notify_one();
}

void QueuedLog::run() {
    for (;;) {
        auto const lines = wait_for_lines();
        if (lines.empty()) {
            return;
        }
        write_out(lines);
    }
}

/// Nothing only when the log stops and the queue is empty.
std::string QueuedLog::wait_for_lines() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    changed_.wait_for(lock, kBatchTime,
                      [this] { return stopping_ || queue_.size() >= kBatchBytes; });
    queue_lines_ = 0;
    return std::exchange(queue_, {});
}

void QueuedLog::write_out(std::string_view lines) {
    while (!lines.empty()) {
        auto const chunk = lines.substr(0, chunk_size(lines));
        if (!write_all(chunk)) {
            drop(static_cast<std::size_t>(std::ranges::count(chunk, '\n')));
        }
        lines.remove_prefix(chunk.size());
    }
}

bool QueuedLog::write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!wait_until_writable()) {
            return false;
        }
        ssize_t const n = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return true;
}

/// False when the log stops and its reader has not come back within the time that it is given.
bool QueuedLog::wait_until_writable() {
    constexpr int kLookAtStoppingEveryMs = 100;
    for (;;) {
        if (stopping_ && !give_up_) {
            give_up_ = Clock::now() + limits::access_log_flush_timeout;
        }
        bool const last_try = give_up_ && Clock::now() >= *give_up_;
        pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
        if (::poll(&wait, 1, last_try ? 0 : kLookAtStoppingEveryMs) > 0) {
            return true;
        }
        if (last_try) {
            return false;
        }
    }
}

void QueuedLog::drop(std::size_t lines) {
    if (lines > 0 && dropped_.fetch_add(lines) == 0) {
        log::warning(
            "access log lines are being dropped; holdfast_access_log_dropped_total counts");
    }
}

// A pipe that is writable takes PIPE_BUF bytes without blocking (pipe(7)), so that the writer
// thread can always be asked to stop.
std::size_t chunk_size(std::string_view lines) noexcept {
    auto const last = lines.substr(0, PIPE_BUF).rfind('\n');
    return (last != lines.npos ? last : lines.find('\n')) + 1;
}

/// The descriptor, or -1 with errno.
int open_for_append(std::string const& path) {
    // Standard output is duplicated so that every log closes a descriptor of its own.
    return path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}
}  // namespace
}  // namespace holdfast::telemetry
