#include "dataplane/telemetry/access_log.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/base/utf8.hpp"

namespace holdfast::telemetry {
namespace {

/// The queue and the thread that empties it into a descriptor.
class QueuedLog final : public AccessLog {
public:
    explicit QueuedLog(int fd);
    ~QueuedLog() override;

    void write(AccessRecord const& record) override;
    [[nodiscard]] std::uint64_t lines_dropped() const noexcept override { return dropped_.load(); }

private:
    using Lines = std::vector<std::string>;

    void run();
    [[nodiscard]] Lines wait_for_lines();
    void write_out(Lines const& lines);
    [[nodiscard]] bool write_all(std::string_view bytes);
    [[nodiscard]] bool wait_until_writable();
    void drop(std::size_t lines);

    int const fd_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Lines queue_;
    std::size_t queue_bytes_ = 0;
    std::atomic<bool> stopping_{false};
    std::optional<TimePoint> give_up_;  // The writer thread's own.
    std::atomic<std::uint64_t> dropped_{0};
    std::thread thread_;
};

int open_for_append(std::string const& path);
void add(boost::json::object& line, std::string_view key, std::string_view text);

}  // namespace

Result<std::unique_ptr<AccessLog>> open_access_log(std::string const& path) {
    int const fd = open_for_append(path);
    if (fd < 0) {
        boost::system::error_code const cause(errno, boost::system::system_category());
        return Error{Reason::internal_error, cause, "cannot open access log " + path};
    }
    return std::unique_ptr<AccessLog>(std::make_unique<QueuedLog>(fd));
}

std::string to_json_line(AccessRecord const& record) {
    using std::chrono::duration_cast;
    boost::json::object line;
    line["time"] = format_time(record.started);
    line["duration_ms"] = duration_cast<std::chrono::milliseconds>(record.duration).count();
    add(line, "request_id", record.request_id);
    add(line, "traceparent", record.traceparent);
    add(line, "client", record.client);
    add(line, "listener", record.listener);
    add(line, "host", record.host);
    add(line, "path", record.path);
    add(line, "route", record.route);
    add(line, "rule", record.rule);
    add(line, "backend", record.backend);
    add(line, "endpoint", record.endpoint);
    add(line, "subprotocol", record.subprotocol);
    line["status"] = record.status;
    line["reason"] = to_string(record.reason);
    line["side"] = to_string(record.side);
    if (record.close_code != 0) {
        line["close_code"] = record.close_code;
    }
    add(line, "close_text", record.close_text);
    line["bytes_from_client"] = record.bytes_from_client;
    line["bytes_to_client"] = record.bytes_to_client;
    line["messages_from_client"] = record.messages_from_client;
    line["messages_to_client"] = record.messages_to_client;
    return boost::json::serialize(line);
}

namespace {

QueuedLog::QueuedLog(int fd) : fd_(fd) {
    // Signals are the main thread's: the writer thread inherits a mask that blocks them all.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
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
    {
        std::lock_guard const lock(mutex_);
        if (queue_.size() >= limits::access_log_lines_max ||
            queue_bytes_ + line.size() > limits::access_log_bytes_max) {
            drop(1);
            return;
        }
        queue_bytes_ += line.size();
        queue_.push_back(std::move(line));
    }
    changed_.notify_one();
}

void QueuedLog::run() {
    for (;;) {
        Lines const lines = wait_for_lines();
        if (lines.empty()) {
            return;
        }
        write_out(lines);
    }
}

/// Nothing only when the log stops and the queue is empty.
QueuedLog::Lines QueuedLog::wait_for_lines() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    queue_bytes_ = 0;
    return std::exchange(queue_, {});
}

void QueuedLog::write_out(Lines const& lines) {
    // A pipe that is writable takes PIPE_BUF bytes without blocking (pipe(7)), so that this thread
    // can always be asked to stop.
    std::string chunk;
    std::size_t lines_in_chunk = 0;
    auto const flush = [&] {
        if (!write_all(chunk)) {
            drop(lines_in_chunk);
        }
        chunk.clear();
        lines_in_chunk = 0;
    };
    for (std::string const& line : lines) {
        if (!chunk.empty() && chunk.size() + line.size() > PIPE_BUF) {
            flush();
        }
        chunk += line;
        ++lines_in_chunk;
    }
    flush();
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

/// The descriptor, or -1 with errno.
int open_for_append(std::string const& path) {
    // Standard output is duplicated so that every log closes a descriptor of its own.
    return path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

void add(boost::json::object& line, std::string_view key, std::string_view text) {
    if (!text.empty()) {
        line[key] = to_utf8(text);
    }
}

}  // namespace
}  // namespace holdfast::telemetry
