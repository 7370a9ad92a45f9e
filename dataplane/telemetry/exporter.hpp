#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "dataplane/telemetry/access_log.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::telemetry {

/// What the exporter cannot read from cells: the state of the process as a whole.
struct ControlFacts {
    bool draining = false;
    std::string config_hash;    ///< Empty before the first table.
    std::string config_source;  ///< `controller`, `disk`, or empty before the first table.
    WallClock::time_point config_applied;
    std::uint64_t configs_accepted = 0;
    std::uint64_t configs_rejected = 0;
    std::uint64_t controllers_connected = 0;
    std::vector<std::pair<std::string, WallClock::time_point>> certificates;  ///< Name, expiry.
};

/// Adds up the cells of all workers when Prometheus asks.
///
/// Threads  any; `facts` is called on the one that asks.
/// Cost     near 1 µs per route and worker, and what read_process_facts takes.
class Exporter final : public prometheus::Collectable {
public:
    /// The cells and the log outlive the exporter.
    Exporter(std::vector<WorkerCells const*> workers, AccessLog const& log,
             std::function<ControlFacts()> facts);

    /// One family for every row of kMetrics, in its order.
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

    /// As Prometheus' text format has it, for `text/plain; version=0.0.4`.
    [[nodiscard]] std::string to_text() const;

private:
    std::vector<WorkerCells const*> workers_;
    AccessLog const& log_;
    std::function<ControlFacts()> facts_;
};

/// The label of a close code of close_code_class: `1000`, `3xxx`, `other`; `1006` for 0, which is
/// what RFC 6455 §7.1.5 calls the end of a connection without a Close frame.
[[nodiscard]] std::string close_code_label(std::uint16_t code);

}  // namespace holdfast::telemetry
