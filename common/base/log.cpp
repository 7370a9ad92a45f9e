#include "common/base/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/signals.hpp"
#include "common/base/utf8.hpp"

namespace holdfast::log {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};

std::atomic<Level> threshold{Level::info};

/// The writer thread and its queue.
///
/// Starts with the first line. Once flushed it is not started again: a line that comes later (from
/// a destructor at exit) is written by its own thread, or dropped when nobody reads.
class Writer {
public:
    void write(std::string_view line);
    void flush() noexcept;
    [[nodiscard]] std::uint64_t lines_dropped();

private:
    using Pool = spdlog::details::thread_pool;

    std::shared_ptr<spdlog::logger> logger();
    void start();
    static void configure(spdlog::logger& logger);
    [[nodiscard]] static bool ends_in_time(std::shared_ptr<Pool> pool);

    std::mutex mutex_;
    std::shared_ptr<spdlog::logger> logger_;
    std::shared_ptr<Pool> pool_;  // Empty before the first line and after flush.
    std::uint64_t dropped_before_flush_ = 0;
};

Writer& writer();

}  // namespace

void write(Level level, std::string_view message, Fields fields) {
    if (level < threshold.load(std::memory_order_relaxed)) {
        return;
    }
    writer().write(format_line(level, WallClock::now(), message, fields));
}

std::string format_line(Level level, WallClock::time_point time, std::string_view message,
                        Fields fields) {
    boost::json::object line;
    line["time"] = format_time(time);
    line["level"] = kLevels[static_cast<std::size_t>(level)];
    line["message"] = to_utf8(message);
    for (Field const& field : fields) {
        boost::json::value& value = line[to_utf8(field.key)];
        if (auto const* text = std::get_if<std::string>(&field.value)) {
            value = to_utf8(*text);
        } else if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
            value = *number;
        } else {
            value = std::get<bool>(field.value);
        }
    }
    return boost::json::serialize(line);
}

void set_level(Level level) noexcept { threshold.store(level, std::memory_order_relaxed); }

bool parse_level(std::string_view text, Level& level) noexcept {
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (kLevels[i] == text) {
            level = static_cast<Level>(i);
            return true;
        }
    }
    return false;
}

std::uint64_t lines_dropped() noexcept { return writer().lines_dropped(); }

void flush() noexcept { writer().flush(); }

namespace {

Writer& writer() {
    // Never destroyed, since destructors of other statics may log; what is queued at exit is
    // written by the handler.
    static Writer& instance = []() -> Writer& {
        std::atexit([] { flush(); });
        return *new Writer;
    }();
    return instance;
}

void Writer::write(std::string_view line) {
    logger()->log(spdlog::level::critical, spdlog::string_view_t(line.data(), line.size()));
}

std::shared_ptr<spdlog::logger> Writer::logger() {
    std::lock_guard const lock(mutex_);
    if (!logger_) {
        start();
    }
    return logger_;
}

void Writer::start() {
    SignalsBlocked const blocked;
    pool_ = std::make_shared<Pool>(limits::log_lines_max, 1);
    logger_ = std::make_shared<spdlog::async_logger>(
        "holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
        spdlog::async_overflow_policy::overrun_oldest);
    configure(*logger_);
}

void Writer::configure(spdlog::logger& logger) {
    logger.set_pattern("%v");
    // By default spdlog reports its own failures on standard error, in its own format. The one
    // that can happen is a line that meets flush half-way, and standard error itself failing.
    logger.set_error_handler([](std::string const&) {});
}

void Writer::flush() noexcept {
    try {
        std::shared_ptr<Pool> pool;
        {
            std::lock_guard const lock(mutex_);
            if (logger_ && !pool_) {
                return;
            }
            dropped_before_flush_ += pool_ ? pool_->overrun_counter() : 0;
            pool = std::move(pool_);
        }
        // Only then may anything touch a sink of standard error: they share a lock, which the
        // writer thread holds while it writes.
        bool const written = !pool || ends_in_time(std::move(pool));
        std::lock_guard const lock(mutex_);
        logger_ = written ? std::make_shared<spdlog::logger>(
                                "holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>())
                          : std::make_shared<spdlog::logger>("holdfast");
        configure(*logger_);
    } catch (std::exception const&) {
        // Out of memory or threads: the process ends all the same.
    }
}

/// The pool's destructor writes out the queue and joins, for as long as that takes: a thread of its
/// own waits for it, and is left behind when nobody reads standard error.
bool Writer::ends_in_time(std::shared_ptr<Pool> pool) {
    std::promise<void> ended;
    std::future<void> const end = ended.get_future();
    std::thread([pool = std::move(pool), ended = std::move(ended)]() mutable {
        pool.reset();
        ended.set_value();
    }).detach();
    return end.wait_for(limits::log_flush_timeout) == std::future_status::ready;
}

std::uint64_t Writer::lines_dropped() {
    std::lock_guard const lock(mutex_);
    return dropped_before_flush_ + (pool_ ? pool_->overrun_counter() : 0);
}

}  // namespace
}  // namespace holdfast::log
