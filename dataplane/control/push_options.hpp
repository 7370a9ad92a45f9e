#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/base/address.hpp"
#include "common/base/limits.hpp"
#include "dataplane/control/push_state.hpp"

namespace holdfast {

/// The data plane's own certificate for the push stream, and the CA of its controllers; PEM files.
struct PushTlsFiles {
    std::string certificate;
    std::string key;
    std::string ca;
};

/// A controller replica, or a name that stands for all of them.
struct ControllerAddress {
    Address tcp;         ///< mTLS; unused when `socket` is set.
    std::string socket;  ///< Path of a Unix socket; empty for TCP.
};

namespace control {

/// The clockwork of push streams; other values than the defaults are for tests.
struct PushTimes {
    std::chrono::milliseconds ping_interval = limits::push_ping_interval;
    /// Connect, TLS handshake and HTTP upgrade together.
    std::chrono::milliseconds dial_timeout = limits::push_hello_timeout;
    std::chrono::milliseconds backoff_min = limits::push_backoff_min;
    std::chrono::milliseconds backoff_max = limits::push_backoff_max;
    /// How often names are resolved again, to find replicas that came.
    std::chrono::milliseconds resolve_interval{15'000};
    std::chrono::milliseconds tick{500};  ///< How exactly the others are kept.
};

struct PushOptions {
    std::vector<ControllerAddress> controllers;
    PushTlsFiles tls;  ///< Needed when a controller is dialled by TCP.
    Identity identity;
    PushTimes times{};
};

}  // namespace control
}  // namespace holdfast
