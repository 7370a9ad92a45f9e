#include "dataplane/telemetry/exporter.hpp"

#include <prometheus/text_serializer.h>

#include <sstream>
#include <utility>

#include "common/base/log.hpp"
#include "dataplane/telemetry/families.hpp"
#include "dataplane/telemetry/process.hpp"

namespace holdfast::telemetry {
namespace {

/// What the workers' plain cells add up to.
struct Sums {
    std::uint64_t connections_accepted = 0;
    std::uint64_t tls_handshake_errors = 0;
    std::uint64_t handshakes_active = 0;
    std::uint64_t paused_directions = 0;
    std::uint64_t send_buffer_bytes = 0;
    std::uint64_t drain_forced = 0;
    HistogramCell::Totals upgrade_duration;
    HistogramCell::Totals backend_connect_duration;
};
struct RouteSums {
    std::uint64_t sessions_active = 0;
    std::array<std::uint64_t, 2> messages{};
    std::array<std::uint64_t, 2> bytes{};
    std::uint64_t bytes_discarded = 0;
};
using Routes = std::map<std::pair<std::string, std::string>, RouteSums>;

void add_to(Sums& sums, WorkerCells const& cells);
void add_to(RouteSums& sums, RouteCells const& cells);
void put(Families& families, Sums const& sums);
void put(Families& families, WorkerCells::Counts const& counts);
void put(Families& families, Routes const& routes, bool draining);
void put(Families& families, ControlFacts const& facts);
void put(Families& families, ProcessFacts const& facts);

}  // namespace

Exporter::Exporter(std::vector<WorkerCells const*> workers, AccessLog const& log,
                   std::function<ControlFacts()> facts)
    : workers_(std::move(workers)), log_(log), facts_(std::move(facts)) {}

std::vector<prometheus::MetricFamily> Exporter::Collect() const {
    Sums sums;
    Routes routes;
    WorkerCells::Counts counts;
    for (WorkerCells const* const worker : workers_) {
        add_to(sums, *worker);
        worker->collect(counts, [&](RouteCells const& cells) {
            add_to(routes[{cells.listener, cells.route}], cells);
        });
    }
    ControlFacts const facts = facts_();

    Families families;
    put(families, sums);
    put(families, counts);
    put(families, routes, facts.draining);
    put(families, facts);
    put(families, read_process_facts());
    families.add(metric("holdfast_access_log_dropped_total"), log_.lines_dropped());
    families.add(metric("holdfast_log_dropped_total"), log::lines_dropped());
    families.add(metric("holdfast_build_info"), {"dataplane", HOLDFAST_VERSION}, 1.0);
    return std::move(families).take();
}

std::string Exporter::to_text() const {
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, Collect());
    return std::move(text).str();
}

std::string close_code_label(std::uint16_t code) {
    switch (code) {
        case 0:
            return "1006";
        case kCloseCode3xxx:
            return "3xxx";
        case kCloseCode4xxx:
            return "4xxx";
        case kCloseCodeOther:
            return "other";
        default:
            return std::to_string(code);
    }
}

namespace {

void add_to(Sums& sums, WorkerCells const& cells) {
    sums.connections_accepted += cells.connections_accepted.get();
    sums.tls_handshake_errors += cells.tls_handshake_errors.get();
    sums.handshakes_active += cells.handshakes_active.get();
    sums.paused_directions += cells.paused_directions.get();
    sums.send_buffer_bytes += cells.send_buffer_bytes.get();
    sums.drain_forced += cells.drain_forced.get();
    cells.upgrade_duration.add_to(sums.upgrade_duration);
    cells.backend_connect_duration.add_to(sums.backend_connect_duration);
}

void add_to(RouteSums& sums, RouteCells const& cells) {
    sums.sessions_active += cells.sessions_active.get();
    sums.bytes_discarded += cells.bytes_discarded.get();
    for (std::size_t i = 0; i < sums.messages.size(); ++i) {
        sums.messages[i] += cells.messages[i].get();
        sums.bytes[i] += cells.bytes[i].get();
    }
}

void put(Families& families, Sums const& sums) {
    families.add(metric("holdfast_connections_total"), sums.connections_accepted);
    families.add(metric("holdfast_tls_handshake_errors_total"), sums.tls_handshake_errors);
    families.add(metric("holdfast_handshakes_active"), sums.handshakes_active);
    families.add(metric("holdfast_backpressure_paused_directions"), sums.paused_directions);
    families.add(metric("holdfast_send_buffer_bytes"), sums.send_buffer_bytes);
    families.add(metric("holdfast_drain_forced_total"), sums.drain_forced);
    families.add(metric("holdfast_upgrade_duration_seconds"), sums.upgrade_duration);
    families.add(metric("holdfast_backend_connect_duration_seconds"),
                 sums.backend_connect_duration);
}

void put(Families& families, WorkerCells::Counts const& counts) {
    for (auto const& [labels, count] : counts.upgrades) {
        families.add(metric("holdfast_upgrades_total"),
                     {labels.route, std::to_string(labels.status), labels.reason},
                     static_cast<double>(count));
    }
    for (auto const& [labels, count] : counts.closes) {
        families.add(metric("holdfast_closes_total"),
                     {labels.route, to_string(labels.side), close_code_label(labels.code),
                      to_string(labels.reason)},
                     static_cast<double>(count));
    }
    for (auto const& [reason, count] : counts.connect_errors) {
        families.add(metric("holdfast_backend_connect_errors_total"), {reason},
                     static_cast<double>(count));
    }
    families.add(metric("holdfast_connection_duration_seconds"), counts.session_duration);
}

void put(Families& families, Routes const& routes, bool draining) {
    double sessions = 0;
    for (auto const& [key, sums] : routes) {
        auto const& [listener, route] = key;
        auto const active = static_cast<double>(sums.sessions_active);
        sessions += active;
        families.add(metric("holdfast_connections_active"), {listener, route}, active);
        families.add(metric("holdfast_discarded_bytes_total"), {listener, route},
                     static_cast<double>(sums.bytes_discarded));
        for (Direction const direction :
             {Direction::client_to_backend, Direction::backend_to_client}) {
            auto const i = static_cast<std::size_t>(direction);
            families.add(metric("holdfast_messages_total"), {listener, route, to_string(direction)},
                         static_cast<double>(sums.messages[i]));
            families.add(metric("holdfast_message_bytes_total"),
                         {listener, route, to_string(direction)},
                         static_cast<double>(sums.bytes[i]));
        }
    }
    families.add(metric("holdfast_drain_remaining_connections"), draining ? sessions : 0.0);
}

void put(Families& families, ControlFacts const& facts) {
    families.add(metric("holdfast_draining"), facts.draining ? 1.0 : 0.0);
    families.add(metric("holdfast_controller_connected"), facts.controllers_connected);
    families.add(metric("holdfast_config_apply_total"), {"accepted"},
                 static_cast<double>(facts.configs_accepted));
    families.add(metric("holdfast_config_apply_total"), {"rejected"},
                 static_cast<double>(facts.configs_rejected));
    for (std::string_view const source : {"controller", "disk"}) {
        families.add(metric("holdfast_config_source"), {source},
                     facts.config_source == source ? 1.0 : 0.0);
    }
    if (!facts.config_hash.empty()) {
        families.add(metric("holdfast_config_version_info"), {facts.config_hash}, 1.0);
        families.add(metric("holdfast_config_last_applied_timestamp_seconds"),
                     to_seconds(facts.config_applied));
    }
    for (auto const& [certificate, not_after] : facts.certificates) {
        families.add(metric("holdfast_certificate_expiry_timestamp_seconds"), {certificate},
                     to_seconds(not_after));
    }
}

void put(Families& families, ProcessFacts const& facts) {
    families.add(metric("process_cpu_seconds_total"), facts.cpu_seconds);
    families.add(metric("process_resident_memory_bytes"), facts.resident_bytes);
    families.add(metric("process_open_fds"), facts.open_fds);
    families.add(metric("process_max_fds"), facts.max_fds);
    families.add(metric("process_start_time_seconds"), facts.start_time_seconds);
}

}  // namespace
}  // namespace holdfast::telemetry
