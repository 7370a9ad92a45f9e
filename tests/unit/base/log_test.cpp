// Goal: the log is one JSON object per line whatever it is given, and never blocks its writers.
// Method: the line itself as a string; the queue in child processes, since each process has one
// log and flush ends its thread.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "common/base/log.hpp"

namespace holdfast::log {
namespace {

using testing::ExitedWithCode;

boost::json::object parsed(std::string const& line) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    return boost::json::parse(line).as_object();
}

TEST(LogLine, HoldsTimeLevelMessageAndFieldsInThisOrder) {
    EXPECT_EQ(format_line(Level::warning, WallClock::time_point(), "listening",
                          {{"what", "push"}, {"port", std::uint16_t{80}}, {"tls", false}}),
              R"({"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"listening",)"
              R"("what":"push","port":80,"tls":false})");
}

TEST(LogLine, StaysOneJsonObjectForAnyBytes) {
    std::string every_byte(256, '\0');
    for (std::size_t i = 0; i < every_byte.size(); ++i) {
        every_byte[i] = static_cast<char>(i);
    }
    auto const line =
        parsed(format_line(Level::info, WallClock::now(), every_byte, {{"a\"\n", every_byte}}));
    EXPECT_EQ(std::string_view(line.at("message").as_string()).substr(0, 128),
              std::string_view(every_byte).substr(0, 128));
    EXPECT_TRUE(line.contains("a\"\n"));
}

TEST(LogLine, KeepsTheLimitsOfIntegers) {
    auto const line = parsed(format_line(Level::info, WallClock::now(), "m",
                                         {{"n", std::numeric_limits<std::int64_t>::min()}}));
    EXPECT_EQ(line.at("n").as_int64(), std::numeric_limits<std::int64_t>::min());
}

TEST(LogLevel, IsReadByName) {
    Level level = Level::error;
    EXPECT_TRUE(parse_level("debug", level));
    EXPECT_EQ(level, Level::debug);
    EXPECT_TRUE(parse_level("warning", level));
    EXPECT_EQ(level, Level::warning);
    EXPECT_FALSE(parse_level("warn", level));
    EXPECT_FALSE(parse_level("", level));
    EXPECT_EQ(level, Level::warning);
}

TEST(LogDeathTest, WritesEveryQueuedLineBeforeFlushReturns) {
    auto const child = [] {
        info("first", {{"n", 1}});
        error("second");
        flush();
        std::_Exit(0);  // Runs no exit handlers: what is written, flush has written.
    };
    EXPECT_EXIT(child(), ExitedWithCode(0),
                "^\\{[^\n]*\"message\":\"first\",\"n\":1\\}\n\\{[^\n]*\"second\"\\}\n$");
}

TEST(LogDeathTest, WritesLinesThatComeAfterFlush) {
    auto const child = [] {
        info("before");
        flush();
        flush();
        info("after");
        std::_Exit(0);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "before\"\\}\n\\{[^\n]*\"after\"\\}\n$");
}

TEST(LogDeathTest, WritesTheQueueWhenTheProcessExits) {
    auto const child = [] {
        info("last words");
        std::exit(0);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "last words");
}

TEST(LogDeathTest, DropsLinesBelowTheLevel) {
    auto const child = [] {
        debug("too fine");
        set_level(Level::error);
        warning("too mild");
        error("grave enough");
        flush();
        std::_Exit(0);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "^\\{[^\n]*\"grave enough\"\\}\n$");
}

/// Standard error becomes a pipe that nobody ever reads: what waits for it hangs the test.
void lose_the_reader() {
    int full[2];
    if (pipe(full) != 0 || dup2(full[1], STDERR_FILENO) < 0) {
        std::_Exit(1);
    }
}

TEST(LogDeathTest, DropsAndCountsLinesWhenNobodyReadsThem) {
    auto const child = [] {
        lose_the_reader();
        std::size_t const more_than_fits = limits::log_lines_max + 64 * 1024;
        for (std::size_t i = 0; i < more_than_fits; ++i) {
            info("nobody reads this");
        }
        std::_Exit(lines_dropped() > 0 ? 0 : 2);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "");
}

/// More than the pipe holds, less than the queue does.
void log_more_than_a_pipe_holds() {
    for (int i = 0; i < 1000; ++i) {
        info(std::string(200, 'x'));
    }
}

TEST(LogDeathTest, LetsTheProcessExitWhenNobodyReadsItsLines) {
    auto const child = [] {
        lose_the_reader();
        log_more_than_a_pipe_holds();
        flush();
        error("after the flush");
        std::exit(0);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "");
}

TEST(LogDeathTest, LetsABrokenProcessAbortWhenNobodyReadsItsLines) {
    auto const child = [] {
        lose_the_reader();
        log_more_than_a_pipe_holds();
        HOLDFAST_ASSERT(1 + 1 == 3);
    };
    EXPECT_EXIT(child(), testing::KilledBySignal(SIGABRT), "");
}

TEST(LogDeathTest, KeepsLinesOfSeveralThreadsApart) {
    auto const child = [] {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([] {
                for (int i = 0; i < 50; ++i) {
                    info("x");
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        flush();
        std::_Exit(lines_dropped() == 0 ? 0 : 1);
    };
    EXPECT_EXIT(child(), ExitedWithCode(0), "^(\\{[^\n{}]*\"message\":\"x\"\\}\n){200}$");
}

}  // namespace
}  // namespace holdfast::log
