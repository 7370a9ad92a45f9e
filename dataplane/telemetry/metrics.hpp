#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Every metric of the data plane: the one place where names, types, labels and help texts stand.
/// docs/metrics.md shows the same rows (tests/unit/telemetry/metrics_doc_test.cpp compares them).
namespace holdfast::telemetry {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

[[nodiscard]] constexpr std::string_view to_string(MetricKind kind) noexcept {
    constexpr std::array<std::string_view, 3> names{"counter", "gauge", "histogram"};
    return names[static_cast<std::size_t>(kind)];
}

struct MetricInfo {
    std::string_view name;
    MetricKind kind;
    std::string_view labels;  ///< Comma separated, in the order in which values are given.
    std::string_view help;
};

inline constexpr std::array kMetrics{
    // Sessions and handshakes.
    MetricInfo{"holdfast_connections_active", MetricKind::gauge, "listener,route",
               "Sessions that are open now."},
    MetricInfo{"holdfast_connections_total", MetricKind::counter, "",
               "Client connections accepted."},
    MetricInfo{"holdfast_handshakes_active", MetricKind::gauge, "",
               "Client connections between accept and the answer to their handshake."},
    MetricInfo{"holdfast_tls_handshake_errors_total", MetricKind::counter, "",
               "TLS handshakes with clients that failed."},
    MetricInfo{"holdfast_upgrades_total", MetricKind::counter, "route,code,reason",
               "Handshakes answered, by HTTP status (0 where none could be sent) and reason "
               "(empty for 101)."},
    MetricInfo{"holdfast_upgrade_duration_seconds", MetricKind::histogram, "",
               "Time from accept to 101, the client's TLS handshake and request included."},
    MetricInfo{"holdfast_connection_duration_seconds", MetricKind::histogram, "",
               "Length of the sessions that ended."},
    MetricInfo{"holdfast_closes_total", MetricKind::counter, "route,side,code,reason",
               "Sessions that ended, by who ended them and the close code (1006: without a Close "
               "frame)."},
    // Relay.
    MetricInfo{"holdfast_messages_total", MetricKind::counter, "listener,route,direction",
               "Data messages forwarded."},
    MetricInfo{"holdfast_message_bytes_total", MetricKind::counter, "listener,route,direction",
               "Bytes of frames forwarded, headers included."},
    MetricInfo{"holdfast_discarded_bytes_total", MetricKind::counter, "listener,route",
               "Bytes that came from a backend after the gateway's Close frame, or were held when "
               "their peer was lost."},
    MetricInfo{"holdfast_backpressure_paused_directions", MetricKind::gauge, "",
               "Directions of sessions that wait for a slow reader now."},
    MetricInfo{"holdfast_send_buffer_bytes", MetricKind::gauge, "",
               "Bytes that wait for slow readers now."},
    // Backends.
    MetricInfo{"holdfast_backend_connect_duration_seconds", MetricKind::histogram, "",
               "Time of successful TCP connects to backends."},
    MetricInfo{"holdfast_backend_connect_errors_total", MetricKind::counter, "reason",
               "TCP connects to backends that failed."},
    // Drain.
    MetricInfo{"holdfast_draining", MetricKind::gauge, "",
               "1 while this data plane drains or is drained."},
    MetricInfo{"holdfast_drain_remaining_connections", MetricKind::gauge, "",
               "Sessions that a drain under way has still to close."},
    MetricInfo{"holdfast_drain_forced_total", MetricKind::counter, "",
               "Sessions cut because they were still open at the drain's deadline."},
    // Configuration.
    MetricInfo{"holdfast_config_version_info", MetricKind::gauge, "hash",
               "1 for the routing table in force."},
    MetricInfo{"holdfast_config_last_applied_timestamp_seconds", MetricKind::gauge, "",
               "When the routing table in force was applied."},
    MetricInfo{"holdfast_config_apply_total", MetricKind::counter, "result",
               "Routing tables received, by result: accepted or rejected."},
    MetricInfo{"holdfast_config_source", MetricKind::gauge, "source",
               "1 for where the routing table in force came from: controller or disk."},
    MetricInfo{"holdfast_controller_connected", MetricKind::gauge, "",
               "Controller replicas with an open push stream."},
    MetricInfo{"holdfast_certificate_expiry_timestamp_seconds", MetricKind::gauge, "certificate",
               "When the certificate ends to be valid."},
    // Logs and process.
    MetricInfo{"holdfast_access_log_dropped_total", MetricKind::counter, "",
               "Access log lines lost because their reader was too slow or failed."},
    MetricInfo{"holdfast_log_dropped_total", MetricKind::counter, "",
               "Lines of the program's own log lost because their reader was too slow."},
    MetricInfo{"holdfast_build_info", MetricKind::gauge, "program,version",
               "1 for the running build."},
    MetricInfo{"process_cpu_seconds_total", MetricKind::counter, "",
               "CPU time of the process, user and system."},
    MetricInfo{"process_resident_memory_bytes", MetricKind::gauge, "",
               "Resident memory of the process."},
    MetricInfo{"process_open_fds", MetricKind::gauge, "", "Open file descriptors."},
    MetricInfo{"process_max_fds", MetricKind::gauge, "", "Limit of open file descriptors."},
    MetricInfo{"process_start_time_seconds", MetricKind::gauge, "",
               "When the process started, in seconds since the epoch."},
};

/// The row of a name that stands in the table; any other name does not compile.
[[nodiscard]] consteval MetricInfo const& metric(std::string_view name) {
    std::size_t row = 0;
    while (row < kMetrics.size() && kMetrics[row].name != name) {
        ++row;
    }
    return kMetrics.at(row);
}

}  // namespace holdfast::telemetry
