#pragma once

#include <random>
#include <string>

#include "dataplane/http/field.hpp"

namespace holdfast::http {

/// Source of ids: names, not secrets. Each worker seeds its own from the system's random device;
/// tests give a fixed seed.
using Random = std::mt19937_64;

/// By what a handshake is found again in the logs of its peers.
struct Trace {
    std::string request_id;   ///< X-Request-Id: to the backend and back to the client.
    std::string traceparent;  ///< W3C Trace Context, version 00: to the backend.
    bool continued = false;   ///< The trace is the client's, and so is its tracestate.
};

/// The client's X-Request-Id where it is 1 to 128 visible ASCII characters, else a new UUID
/// (version 4). The trace-id and flags of the client's traceparent where it is well-formed, else a
/// new, not sampled one; the parent-id is the gateway's own either way.
/// Input  the request's fields; none for a head that could not be read.
[[nodiscard]] Trace trace_for(Fields fields, Random& random);

}  // namespace holdfast::http
