#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every hard bound of both programs: what it bounds, its unit, and why it has this value.
namespace holdfast::limits {

using namespace std::chrono_literals;

// --- handshake ---------------------------------------------------------------------------------

/// A request head, request line included. Browsers stop near 80 KiB of cookies; nginx allows
/// 4 x 8 KiB, Envoy 60 KiB.
inline constexpr std::size_t request_head_bytes_max = 64 * 1024;
/// Header fields in one head.
inline constexpr std::size_t header_fields_max = 128;
/// A backend's response head.
inline constexpr std::size_t response_head_bytes_max = 64 * 1024;
/// The body of a backend's own refusal, passed to the client; longer ones are cut off there.
inline constexpr std::size_t refusal_body_bytes_max = 100'000;
/// A client's TLS handshake and request head together.
inline constexpr auto client_head_timeout = 10s;
/// Endpoints tried for one handshake, the first included.
inline constexpr int dial_attempts_max = 3;

// --- relay -------------------------------------------------------------------------------------

/// A worker's one read buffer: large enough that bulk costs one pair of syscalls per 64 KiB.
inline constexpr std::size_t scratch_bytes = 64 * 1024;
/// A backend's incomplete frame up to this size waits until it is whole, so that a backend lost
/// inside it still leaves the client at a frame boundary (docs/closing.md).
inline constexpr std::size_t held_frame_bytes_max = 16 * 1024;
/// The longest control frame: 2 + 4 (mask) + 125 bytes (RFC 6455 §5.5).
inline constexpr std::size_t control_frame_bytes_max = 131;
/// What one direction may read in one turn before others get theirs.
inline constexpr std::size_t turn_bytes_max = 256 * 1024;
/// A peer's answer to a Close frame that the gateway sent, and the wait for a peer's FIN.
inline constexpr auto close_timeout = 5s;
/// A peer's answer to the other peer's Close frame.
inline constexpr auto close_handshake_timeout = 30s;
/// How long the backend may go on sending after the client's FIN.
inline constexpr auto half_close_timeout = 60s;
/// Resolution of session timers; no deadline here needs better.
inline constexpr auto timer_tick = 100ms;

// --- push --------------------------------------------------------------------------------------

/// One frame of the push stream: a whole table of 10,000 routes is near 10 MB.
inline constexpr std::size_t push_frame_bytes_max = 256 * 1024 * 1024;
/// Ping interval of the push stream; a peer silent for three of them is gone.
inline constexpr auto push_ping_interval = 15s;
/// First and longest wait before a push stream is dialled again.
inline constexpr auto push_backoff_min = 500ms;
inline constexpr auto push_backoff_max = 15s;
/// How long a data plane waits for a controller before it serves its last good table from disk.
inline constexpr auto last_good_wait = 10s;
/// How long a table with an older source vector is refused from a lagging controller replica.
inline constexpr auto stale_source_wait = 30s;

// --- manifests ---------------------------------------------------------------------------------

inline constexpr std::size_t manifest_bytes_max = 16 * 1024 * 1024;
inline constexpr int manifest_depth_max = 64;

}  // namespace holdfast::limits
