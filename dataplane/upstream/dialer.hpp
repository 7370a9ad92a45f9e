#pragma once

#include <cstdint>
#include <string_view>

#include "common/model/table.hpp"
#include "dataplane/net/descriptor.hpp"

namespace holdfast::upstream {

enum class DialOutcome : std::uint8_t {
    connected,
    in_progress,     ///< Wait until the descriptor is writable, then call finish_dial.
    refused,         ///< The endpoint's host is there, its port is not.
    timeout,         ///< The kernel gave up; a deadline of the caller's is the caller's to keep.
    unreachable,     ///< No route, or the network says so.
    no_descriptors,  ///< This process is out of them: no other endpoint would do better.
    other,
};

/// The `reason` label of connect errors. Not for `connected` and `in_progress`.
[[nodiscard]] std::string_view to_string(DialOutcome outcome) noexcept;

/// A TCP connect under way.
struct Dial {
    net::Descriptor socket;  ///< Non-blocking; open when `connected` or `in_progress`.
    DialOutcome outcome;
};

/// Begins to connect to an endpoint over IPv4 or IPv6, with the options every connection has.
/// Never blocks; waiting and deadlines are the caller's.
[[nodiscard]] Dial begin_dial(model::Endpoint const& endpoint);

/// What became of a connect in progress, once its socket is writable (connect(2), EINPROGRESS).
[[nodiscard]] DialOutcome finish_dial(int fd) noexcept;

}  // namespace holdfast::upstream
