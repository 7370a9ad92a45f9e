#pragma once

#include <chrono>

#include "common/base/limits.hpp"

namespace holdfast::handshake {

/// Times that tests shorten.
struct Settings {
    /// A client's TLS handshake and request head together.
    std::chrono::milliseconds client_head_timeout = limits::client_head_timeout;
    /// How long a refused client is given to read its answer.
    std::chrono::milliseconds linger_timeout = std::chrono::seconds(2);
};

}  // namespace holdfast::handshake
