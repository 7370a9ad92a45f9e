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
/// Subprotocols in one offer: each is compared with every match that names some. Clients offer
/// one to five.
inline constexpr std::size_t subprotocols_max = 64;
/// A backend's response head.
inline constexpr std::size_t response_head_bytes_max = 64 * 1024;
/// The body of a backend's own refusal, passed to the client; longer ones are cut off there.
inline constexpr std::size_t refusal_body_bytes_max = 100'000;
/// A client's TLS handshake and request head together.
inline constexpr auto client_head_timeout = 10s;
/// Connections that an acceptor takes before the sessions of its thread get their turn: a flood of
/// clients must not make them wait.
inline constexpr std::size_t accepts_per_turn_max = 64;
/// Endpoints tried for one handshake, the first included.
inline constexpr int dial_attempts_max = 3;

// --- capacity ----------------------------------------------------------------------------------

/// A session's two sockets; a handshake has both for a part of its time.
inline constexpr std::size_t connection_descriptors = 2;
/// What must not go to sessions: two HTTP servers with admin_connections_max each, push streams,
/// logs, files being written, and what clients are turned away with.
inline constexpr std::size_t reserved_descriptors = 128;
/// A worker's two epoll sets, its timer and its wake-up.
inline constexpr std::size_t worker_descriptors = 4;
/// A listening socket, and the reserve that clients are turned away with.
inline constexpr std::size_t listener_descriptors = 2;
/// Memory of an idle session: near 1 KiB of ours, 7 KiB of the kernel's for two sockets. What
/// waits for a slow reader comes on top.
inline constexpr std::size_t session_bytes = 8 * 1024;
/// With TLS on the client's side: OpenSSL keeps near 50 KiB of keys and buffers.
inline constexpr std::size_t tls_session_bytes = 64 * 1024;

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
/// How long a Close of ours waits for the end of the message under way, before it takes a place
/// between two fragments. A drain has a deadline of its own for that.
inline constexpr auto message_end_timeout = 60s;
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

/// One frame from a data plane: a NACK of problems_max problems is near 50 KiB.
inline constexpr std::size_t push_answer_bytes_max = 1024 * 1024;
/// TLS handshake, HTTP upgrade and hello of a push stream together.
inline constexpr auto push_hello_timeout = 10s;
/// Push streams of one controller replica; each costs a TLS session and one waiting table.
inline constexpr std::size_t push_streams_max = 4096;
/// Those of them that have not said hello, and so have not shown who they are: the oldest one goes
/// when another comes. Data planes that dial anew wait at random and shake hands in milliseconds.
inline constexpr std::size_t push_strangers_max = 256;
/// How long a controller that goes away waits for its data planes to close their streams.
inline constexpr auto push_goaway_timeout = 3s;

/// Nesting of JSON on the push stream; the deepest frame (a delta's header match) needs 11.
inline constexpr std::size_t push_depth_max = 32;

// --- log ---------------------------------------------------------------------------------------

/// Lines that wait for the log's writer thread; near half a KiB each.
inline constexpr std::size_t log_lines_max = 4096;
/// How long a stalled reader of standard error may hold up the end of the process.
inline constexpr auto log_flush_timeout = 2s;

/// Lines and bytes of the access log that wait for its writer thread. A line is near 600 bytes
/// but holds the path, which the client chooses, so that both need a bound.
inline constexpr std::size_t access_log_lines_max = 16 * 1024;
inline constexpr std::size_t access_log_bytes_max = 16 * 1024 * 1024;
/// How long a stalled reader of the access log may hold up the end of the process.
inline constexpr auto access_log_flush_timeout = 2s;

// --- admin and probes --------------------------------------------------------------------------

/// A request head on the admin, probe and status ports, and a body (which is skipped).
inline constexpr std::size_t admin_head_bytes_max = 16 * 1024;
inline constexpr std::size_t admin_body_bytes_max = 64 * 1024;
/// Connections of one such server: probes, scrapers, a few people. One more closes the one whose
/// last request is longest ago.
inline constexpr std::size_t admin_connections_max = 32;
/// One request's arrival, and one answer's departure.
inline constexpr auto admin_request_timeout = 10s;
/// A connection without a request.
inline constexpr auto admin_idle_timeout = 60s;

// --- Kubernetes --------------------------------------------------------------------------------

/// One event of a watch: an object of 1.5 MiB, which is etcd's bound, grows by half in JSON.
inline constexpr std::size_t watch_line_bytes_max = 8 * 1024 * 1024;
/// Watches in a row that the API server answered and that brought nothing: then the version may be
/// what it cannot go on from, and the collection is listed anew, which tells a new one. The random
/// pauses between them make that a list every 75 s on average, the first after some 12 s.
inline constexpr int failed_watches_max = 5;
/// A kubeconfig, token, certificate or key: client certificates in base64 are near 3 KiB each, a
/// bundle of CAs near 200 KiB.
inline constexpr std::size_t credential_bytes_max = 1024 * 1024;
/// An answer of the API server: a list of 5,000 EndpointSlices with ten endpoints each is 16 MB.
inline constexpr std::size_t api_answer_bytes_max = 256 * 1024 * 1024;
/// Pages of 500 objects in one list: three times the Pods of the largest cluster that Kubernetes
/// is made for. A server that never ends a list must not fill the memory.
inline constexpr int list_pages_max = 1000;
/// Secrets that listeners have, each watched by a thread and a connection: twice as many for as
/// long as a change takes that names all others. Pods often have no more than 1,024 threads.
inline constexpr std::size_t watched_secrets_max = 500;
/// Problems reported of one object that cannot be read, and of everything that is read: all of a
/// cluster's objects have some when its CRD is newer than this release.
inline constexpr std::size_t object_problems_max = 10;
inline constexpr std::size_t source_problems_max = 1000;
/// How long the first tables wait for kinds that they can lack and that the controller may not
/// read, or the cluster does not have: as long as for manifests that are broken at the start.
inline constexpr auto denied_kinds_wait = 60s;

/// How long a command that ends asks an API server that is busy, or not there yet: a Job starts
/// when the rest of an installation does. The Job starts it anew after that.
inline constexpr auto patience_max = 60s;
/// First and longest wait between two such requests.
inline constexpr auto patience_backoff_min = 500ms;
inline constexpr auto patience_backoff_max = 10s;
/// The longest silence of the API server in one of them: its answers are small.
inline constexpr auto patient_call_timeout = 10s;
/// How often certgen reads and judges a Secret anew that others wrote meanwhile: another certgen
/// does so once.
inline constexpr int secret_tries_max = 10;

/// How long a controller that goes away tries to give its lease back. Kubernetes kills the process
/// 10 s after SIGTERM where nothing else is said; a lease that is not given back expires.
inline constexpr auto lease_release_timeout = 5s;

/// Statuses that are written at a time, each over a connection of its own. A write waits for the
/// disk of the cluster's store more than for anything else; a server that has too much to do says
/// so.
inline constexpr std::size_t status_writes_at_once = 4;

/// Requests about Events that wait to be sent, near 1 KiB each: as many as client-go lets wait.
inline constexpr std::size_t event_requests_max = 1000;
/// How long a controller that goes away goes on sending Events: as long as it still has the lease,
/// which another one waits for.
inline constexpr auto event_flush_timeout = 1s;
/// Events of which repeats are counted, up to 3 KiB each; more within event_series_gap is a storm
/// that nobody reads.
inline constexpr std::size_t event_series_max = 4096;
/// An Event that does not repeat for this long begins a new series when it does. Here and below as
/// client-go has it.
inline constexpr auto event_series_gap = 6min;
/// A series that goes on is told anew this often: the API server drops an Event after an hour.
inline constexpr auto event_refresh_interval = 30min;
/// Events that one object may have at once, and how long it takes until it may have one more.
inline constexpr int event_burst_max = 25;
inline constexpr auto event_refill_interval = 5min;
/// Objects whose bursts are counted, near 300 bytes each: as many as a large cluster has routes.
inline constexpr std::size_t event_objects_max = 10'000;
/// What the API server takes of a note.
inline constexpr std::size_t event_note_bytes_max = 1024;

// --- manifests ---------------------------------------------------------------------------------

inline constexpr std::size_t manifest_bytes_max = 16 * 1024 * 1024;
inline constexpr int manifest_depth_max = 64;
/// Nodes in one file, anchors expanded: near 150 bytes each, and an alias of an alias multiplies.
inline constexpr std::size_t manifest_values_max = 1'000'000;
/// Problems reported of one file: enough to see what is wrong.
inline constexpr std::size_t manifest_problems_max = 100;

}  // namespace holdfast::limits
