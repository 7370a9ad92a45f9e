#pragma once

#include <chrono>

namespace holdfast::net {

using namespace std::chrono_literals;

/// A connection without traffic is probed after this long, ...
inline constexpr auto keepalive_idle = 60s;
/// ... then this often, ...
inline constexpr auto keepalive_interval = 10s;
/// ... and is dead after this many unanswered probes.
inline constexpr int keepalive_probes = 6;
/// How long sent bytes may stay unacknowledged; the time keepalive takes to find a dead peer, so
/// that a peer which dies is found as soon while data is under way as while there is none.
inline constexpr auto user_timeout = keepalive_idle + keepalive_interval * keepalive_probes;

/// What every connection to a client or a backend has set: small frames leave at once, and a dead
/// peer is found by the kernel. Tunnels rely on it, since they inject no pings of their own.
///
/// On a listening socket the accepted ones inherit it (tcp(7)), without a system call each.
void set_connection_options(int fd) noexcept;

}  // namespace holdfast::net
