// Goal: one well-formed line per record, and no writer that waits for a reader.
// Method: records written to files and to a pipe whose reader the test holds.
#include "dataplane/telemetry/access_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include <fstream>
#include <sstream>

#include "common/base/limits.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class AccessLogFile : public ::testing::Test {
protected:
    [[nodiscard]] std::string path() const { return folder_ / "access.log"; }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream file(path());
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) {
            lines.push_back(line);
        }
        return lines;
    }

private:
    test::TemporaryDirectory const folder_;
};

AccessRecord session() {
    AccessRecord record;
    record.started = WallClock::time_point(1'795'252'623'125ms);
    record.duration = 61s + 5ms;
    record.request_id = "4be0";
    record.client = "192.0.2.7:50123";
    record.listener = "ws";
    record.host = "chat.example.com";
    record.path = "/chat";
    record.route = "default/chat";
    record.status = 101;
    record.reason = Reason::client_close;
    record.side = Side::client;
    record.close_code = 1000;
    record.bytes_from_client = 12;
    record.messages_to_client = 3;
    return record;
}

boost::json::object parsed(AccessRecord const& record) {
    return boost::json::parse(to_json_line(record)).as_object();
}

TEST(AccessLogLine, HoldsWhatTheRecordHolds) {
    boost::json::object const line = parsed(session());
    EXPECT_EQ(line.at("time"), "2026-11-21T09:17:03.125Z");
    EXPECT_EQ(line.at("duration_ms"), 61'005);
    EXPECT_EQ(line.at("client"), "192.0.2.7:50123");
    EXPECT_EQ(line.at("route"), "default/chat");
    EXPECT_EQ(line.at("status"), 101);
    EXPECT_EQ(line.at("reason"), "client_close");
    EXPECT_EQ(line.at("side"), "client");
    EXPECT_EQ(line.at("close_code"), 1000);
    EXPECT_EQ(line.at("bytes_from_client"), 12);
    EXPECT_EQ(line.at("messages_to_client"), 3);
}

TEST(AccessLogLine, LeavesOutEmptyTextsAndAMissingCloseCode) {
    AccessRecord record = session();
    record.close_code = 0;
    boost::json::object const line = parsed(record);
    EXPECT_FALSE(line.contains("close_code"));
    EXPECT_FALSE(line.contains("subprotocol"));
    EXPECT_FALSE(line.contains("close_text"));
}

TEST(AccessLogLine, IsOneLineOfJsonWhateverBytesThePeerSent) {
    AccessRecord record = session();
    record.path = "/a\n\"b\"\xff";
    record.close_text = std::string_view("\0\x1b[31m", 6);
    std::string const line = to_json_line(record);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(boost::json::parse(line).at("path"), "/a\n\"b\"\xEF\xBF\xBD");
    EXPECT_EQ(boost::json::parse(line).at("close_text").as_string(), record.close_text);
}

TEST(AccessLogLine, HasTheFieldsOfTheDocument) {
    AccessRecord record = session();
    for (auto* const text :
         {&record.request_id, &record.traceparent, &record.client, &record.listener, &record.host,
          &record.path, &record.route, &record.rule, &record.backend, &record.endpoint,
          &record.subprotocol, &record.close_text}) {
        *text = "x";
    }
    std::vector<std::string> written;
    for (auto const& field : parsed(record))
        written.emplace_back(field.key());

    std::vector<std::string> documented;
    std::ifstream file(HOLDFAST_SOURCE_DIR "/docs/refusals.md");
    bool ours = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) ours = line == "## The access log";
        if (ours && line.starts_with("| `"))
            documented.push_back(line.substr(3, line.find('`', 3) - 3));
    }
    EXPECT_THAT(written, ::testing::ElementsAreArray(documented));
}

TEST(AccessLogLine, GivesEveryByteBack) {
    AccessRecord record = session();
    for (int byte = 0; byte < 0x80; ++byte) {
        std::string const text(1, static_cast<char>(byte));
        record.host = text;
        EXPECT_EQ(parsed(record).at("host").as_string(), text) << byte;
    }
    record.host = "gr\u00fc\u00df dich \U0001F44B";
    EXPECT_EQ(parsed(record).at("host").as_string(), record.host);
}

TEST_F(AccessLogFile, HasEveryLineOnceTheLogIsDestroyed) {
    constexpr int kLines = 1000;
    auto log = open_access_log(path()).value();
    for (int i = 0; i < kLines; ++i) {
        AccessRecord record = session();
        record.bytes_to_client = static_cast<std::uint64_t>(i);
        log->write(record);
    }
    EXPECT_EQ(log->lines_dropped(), 0u);
    log.reset();
    std::vector<std::string> const written = lines();
    ASSERT_EQ(written.size(), std::size_t(kLines));
    EXPECT_EQ(boost::json::parse(written.back()).at("bytes_to_client"), kLines - 1);
}

TEST_F(AccessLogFile, HasALineSoonThoughNoOtherFollows) {
    auto log = open_access_log(path()).value();
    for (std::size_t count = 1; count <= 3; ++count) {
        log->write(session());
        auto const deadline = Clock::now() + 10s;
        while (lines().size() < count && Clock::now() < deadline) {
        }
        EXPECT_EQ(lines().size(), count);
    }
}

TEST_F(AccessLogFile, IsAppendedTo) {
    for (int i = 0; i < 2; ++i) {
        open_access_log(path()).value()->write(session());
    }
    EXPECT_EQ(lines().size(), 2u);
}

TEST_F(AccessLogFile, TakesALineLongerThanAPipesBuffer) {
    std::string const long_path(100'000, 'p');
    auto log = open_access_log(path()).value();
    AccessRecord record = session();
    record.path = long_path;
    log->write(record);
    log.reset();
    ASSERT_EQ(lines().size(), 1u);
    EXPECT_EQ(boost::json::parse(lines()[0]).at("path").as_string(), long_path);
}

TEST_F(AccessLogFile, NamesThePathThatCannotBeOpened) {
    auto const log = open_access_log(path() + "/below-a-missing-folder");
    ASSERT_FALSE(log.has_value());
    EXPECT_THAT(to_string(log.error()), HasSubstr("below-a-missing-folder"));
    EXPECT_THAT(to_string(log.error()), HasSubstr("No such file"));
}

TEST_F(AccessLogFile, CountsWhatAStalledReaderCostsAndDoesNotWaitForIt) {
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    int const reader = ::open(path().c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    constexpr auto kTooMany = 2 * limits::access_log_lines_max;
    auto log = open_access_log(path()).value();
    for (std::size_t i = 0; i < kTooMany; ++i) {
        log->write(session());
    }
    EXPECT_GT(log->lines_dropped(), 0u);
    EXPECT_LT(log->lines_dropped(), kTooMany);
    auto const before = Clock::now();
    log.reset();
    EXPECT_LT(Clock::now() - before, limits::access_log_flush_timeout + 5s);
    ::close(reader);
}

}  // namespace
}  // namespace holdfast::telemetry
