#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "dataplane/telemetry/cells.hpp"
#include "dataplane/telemetry/metrics.hpp"

namespace holdfast::telemetry {

/// The families of one scrape: a row of kMetrics each, whether it has samples or not.
class Families {
public:
    using Labels = std::initializer_list<std::string_view>;

    Families();

    /// A sample of a counter or gauge. `labels` are the values of the row's labels, in its order.
    void add(MetricInfo const& row, Labels labels, double value);
    void add(MetricInfo const& row, double value) { add(row, {}, value); }
    void add(MetricInfo const& row, std::uint64_t value) {
        add(row, {}, static_cast<double>(value));
    }
    /// A histogram without labels.
    void add(MetricInfo const& row, HistogramCell::Totals const& totals);

    [[nodiscard]] std::vector<prometheus::MetricFamily> take() && { return std::move(families_); }

private:
    [[nodiscard]] prometheus::ClientMetric& sample(MetricInfo const& row, Labels labels);

    std::vector<prometheus::MetricFamily> families_;
};

/// Seconds since the epoch, as Prometheus has timestamps.
[[nodiscard]] double to_seconds(WallClock::time_point time) noexcept;

}  // namespace holdfast::telemetry
