#pragma once

#include <cstdint>

#include "dataplane/handshake/services.hpp"
#include "dataplane/net/descriptor.hpp"

namespace holdfast::handshake {

/// Starts the handshake of an accepted, non-blocking socket of the listeners on `port`. It ends
/// as a session that `services.adopt` has taken over, or as a refusal, which is counted and logged
/// once; either way `on_answer` is called once, then `on_end`.
///
/// Threads   the worker's.
/// Lifetime  `services` outlives the handshake; Group::stop ends it early.
/// Tests     tests/component/dataplane
void start(Services& services, net::Descriptor socket, std::uint16_t port);

}  // namespace holdfast::handshake
