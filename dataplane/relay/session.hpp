#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/reason.hpp"
#include "dataplane/relay/transport.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::relay {

/// The terms that all sessions of one rule on one listener were admitted under. A session keeps
/// its own for life, whatever the table says later.
struct Terms {
    std::string listener;
    std::string route;  ///< `namespace/name`.
    std::string rule;
    std::chrono::milliseconds idle{0};     ///< 0: none.
    std::chrono::milliseconds session{0};  ///< 0: none.
    std::uint16_t drain_code = 1012;
    std::uint16_t backend_lost_code = 1011;
    telemetry::RouteCells* cells = nullptr;  ///< The worker's; never null in use.
};

/// What the log and `/sessions` tell of a session, apart from its terms.
struct SessionLabels {
    std::string request_id;
    std::string traceparent;
    std::string client;  ///< `address:port`.
    std::string host;
    std::string path;
    std::string backend;
    std::string endpoint;  ///< `address:port`.
    std::string subprotocol;
};

/// A handshake that has succeeded: both sides are past 101, and the bytes that either peer sent
/// behind its head are still to be relayed.
struct Admission {
    Transport client;
    Transport backend;
    std::shared_ptr<Terms const> terms;
    SessionLabels labels;
    WallClock::time_point started;
    std::string early_from_client;
    std::string early_from_backend;
};

using SessionId = std::uint64_t;  ///< Unique in the process.

/// Where a session stands; for `/sessions` and for whoever chooses which sessions to close.
struct SessionView {
    SessionId id;
    Terms const& terms;
    SessionLabels const& labels;
    std::string_view state;  ///< A state of docs/closing.md.
    WallClock::time_point started;
    std::chrono::milliseconds quiet;  ///< Since the last data frame either way; within a tick.
    std::uint64_t messages_from_client;
    std::uint64_t messages_to_client;
    std::uint64_t bytes_from_client;
    std::uint64_t bytes_to_client;
    bool closing;  ///< A Close frame has passed or is due.
};

}  // namespace holdfast::relay
