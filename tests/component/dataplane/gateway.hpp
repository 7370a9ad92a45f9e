#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/reason.hpp"
#include "common/model/table.hpp"
#include "dataplane/serving/serving.hpp"
#include "dataplane/telemetry/access_log.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/problem_printer.hpp"
#include "tests/support/raw_socket.hpp"

namespace holdfast::test {

/// A line of the access log that owns its texts.
struct LogLine {
    std::string request_id, traceparent, client, listener, host, path;
    std::string route, rule, backend, endpoint, subprotocol, close_text;
    int status = 0;
    Reason reason = Reason::internal_error;
    Side side = Side::gateway;
    std::uint16_t close_code = 0;
    std::uint64_t messages_from_client = 0;
    std::uint64_t messages_to_client = 0;
};

/// An access log that a test reads.
class MemoryLog final : public telemetry::AccessLog {
public:
    void write(telemetry::AccessRecord const& record) override;
    [[nodiscard]] std::uint64_t lines_dropped() const noexcept override { return 0; }

    /// The first `count` lines; fewer when ten seconds bring no more.
    [[nodiscard]] std::vector<LogLine> wait_for(std::size_t count);

private:
    std::mutex mutex_;
    std::condition_variable written_;
    std::vector<LogLine> lines_;
};

/// The data plane from its listening sockets to its sessions, in this process, on loopback. Ports
/// are free ones.
class Gateway {
public:
    explicit Gateway(ServingOptions options = {});

    /// Applies a table as the program does. Returns what is wrong with it; nothing was applied
    /// then.
    std::vector<Problem> serve(model::Table table);

    /// Plain HTTP, and TLS: the ports that tables() of this file names.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_.number(); }
    [[nodiscard]] std::uint16_t tls_port() const noexcept { return tls_port_.number(); }
    /// The first one.
    [[nodiscard]] Worker& worker() noexcept { return *serving_.workers().front(); }
    [[nodiscard]] Serving& serving() noexcept { return serving_; }
    [[nodiscard]] MemoryLog& log() noexcept { return log_; }
    [[nodiscard]] telemetry::WorkerCells::Counts counts() const;

    /// A connection on which `request` was sent.
    [[nodiscard]] RawSocket send(std::string_view request) const;
    /// A session, up to and including the answer's head.
    [[nodiscard]] RawSocket open_session(std::string_view path = "/chat") const;
    /// The answer to a request, up to the end of the connection.
    struct Answer {
        Head head;
        std::string body;
        Ending ending;
    };
    [[nodiscard]] Answer ask(std::string_view request) const;

    /// True once there are `count` sessions; false when ten seconds do not bring that.
    [[nodiscard]] bool wait_for_sessions(std::size_t count) const;

private:
    MemoryLog log_;
    ClosedPort port_;
    ClosedPort tls_port_;
    Serving serving_;
};

/// True once `condition` is; false when ten seconds do not bring that.
[[nodiscard]] bool eventually(std::function<bool()> const& condition);

// --- tables ------------------------------------------------------------------------------------

/// Listener `ws` on the gateway's plain port, backend `default/echo:80` with these endpoints on
/// 127.0.0.1, and route `default/chat` that leads `/chat` there.
[[nodiscard]] model::Table chat_table(Gateway const& gateway,
                                      std::vector<std::uint16_t> const& endpoints);

/// Changes the only rule of `default/chat`.
void edit_rule(model::Table& table, std::function<void(model::Rule&)> const& edit);
void edit_route(model::Table& table, std::function<void(model::Route&)> const& edit);

/// An opening handshake for `/chat` on `chat.example.com`, with more fields (CRLF each) if given.
[[nodiscard]] std::string handshake_request(std::string_view path = "/chat",
                                            std::string_view fields = {});

}  // namespace holdfast::test
