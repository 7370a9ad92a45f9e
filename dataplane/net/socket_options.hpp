#pragma once

#include <chrono>

namespace holdfast::net {

using namespace std::chrono_literals;

/// A connection without traffic is probed after this long, ...
inline constexpr auto keepalive_idle = 60s;
/// ... then this often.
inline constexpr auto keepalive_interval = 10s;
/// How long sent bytes, probes among them, may stay unacknowledged before the peer is dead.
/// TCP_USER_TIMEOUT decides for both: TCP_KEEPCNT has no effect beside it (tcp(7)).
inline constexpr auto user_timeout = 120s;

/// What every connection to a client or a backend has set: small frames leave at once, and a dead
/// peer is found by the kernel. Tunnels rely on it, since they inject no pings of their own.
///
/// On a listening socket the accepted ones inherit it (tcp(7)), without a system call each.
void set_connection_options(int fd) noexcept;

}  // namespace holdfast::net
