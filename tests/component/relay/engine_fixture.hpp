#pragma once

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "dataplane/relay/close_frame.hpp"
#include "dataplane/relay/engine.hpp"
#include "tests/unit/relay/frames.hpp"

namespace holdfast::relay {

using namespace std::chrono_literals;
using test::ByteVector;

/// One end of a TCP connection, in the hands of the test.
class Socket {
public:
    explicit Socket(int fd) : fd_(fd) {}
    ~Socket() { close(); }
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;

    void send(ByteVector const& bytes) const;
    /// As much as goes without waiting.
    std::size_t send_some(ByteVector const& bytes) const;
    /// Everything that has come so far.
    ByteVector const& receive();
    [[nodiscard]] bool at_eof() { return receive(), at_eof_; }
    [[nodiscard]] bool was_reset() { return receive(), was_reset_; }
    void shutdown() const;
    void reset();
    void close();

private:
    int fd_;
    ByteVector received_;
    bool at_eof_ = false;
    bool was_reset_ = false;
};

/// Two ends of a TCP connection over loopback; the second does not block.
[[nodiscard]] std::pair<int, int> tcp_pair();

class RecordingLog : public telemetry::AccessLog {
public:
    struct Line {
        Reason reason;
        std::uint16_t code;
        std::uint64_t messages_from_client;
        std::uint64_t messages_to_client;
    };
    void write(telemetry::AccessRecord const& record) override {
        lines.push_back({record.reason, record.close_code, record.messages_from_client,
                         record.messages_to_client});
    }
    [[nodiscard]] std::uint64_t lines_dropped() const noexcept override { return 0; }
    std::vector<Line> lines;
};

/// An engine on an io_context that the test runs until a condition holds.
struct EngineTest : testing::Test {
    EngineTest() { terms->cells = &cells.route("http", "default/chat"); }

    struct Ends {
        std::unique_ptr<Socket> client;
        std::unique_ptr<Socket> backend;
    };
    /// A session between two plain sockets.
    Ends adopt(std::string early_from_client = {}, std::string early_from_backend = {});
    void adopt(Transport client, Transport backend, std::string early_from_client = {},
               std::string early_from_backend = {});

    template <class Condition>
    [[nodiscard]] bool run_until(Condition condition, Clock::duration limit = 10s) {
        auto const deadline = Clock::now() + limit;
        while (!condition()) {
            if (Clock::now() > deadline) return false;
            io.restart();
            io.run_one_for(5ms);
        }
        return true;
    }
    [[nodiscard]] bool run_until_received(Socket& socket, ByteVector const& bytes) {
        return run_until([&] { return socket.receive() == bytes; });
    }
    void close_all(Reason reason, std::uint16_t code);

    boost::asio::io_context io{1};
    telemetry::WorkerCells cells;
    RecordingLog log;
    std::shared_ptr<Terms> terms = std::make_shared<Terms>();
    std::unique_ptr<Engine> engine = std::make_unique<Engine>(io, cells, log);
};

[[nodiscard]] ByteVector client_text(std::string_view text);
[[nodiscard]] ByteVector backend_text(std::string_view text);
[[nodiscard]] ByteVector close_of(std::uint16_t code, std::string_view text);

}  // namespace holdfast::relay
