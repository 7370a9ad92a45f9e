#include "dataplane/telemetry/families.hpp"

#include <limits>

#include "common/base/assert.hpp"

namespace holdfast::telemetry {
namespace {

prometheus::MetricType type_of(MetricKind kind);
std::vector<std::string> split(std::string_view labels);

}  // namespace

Families::Families() {
    families_.reserve(kMetrics.size());
    for (MetricInfo const& row : kMetrics) {
        families_.push_back({std::string(row.name), std::string(row.help), type_of(row.kind), {}});
    }
}

void Families::add(MetricInfo const& row, Labels labels, double value) {
    prometheus::ClientMetric& metric = sample(row, labels);
    if (row.kind == MetricKind::counter) {
        metric.counter.value = value;
    } else {
        metric.gauge.value = value;
    }
}

void Families::add(MetricInfo const& row, HistogramCell::Totals const& totals) {
    prometheus::ClientMetric::Histogram& histogram = sample(row, {}).histogram;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < totals.buckets.size(); ++i) {
        count += totals.buckets[i];
        double const bound = i < HistogramCell::kBounds.size()
                                 ? HistogramCell::kBounds[i]
                                 : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({count, bound});
    }
    histogram.sample_count = count;
    histogram.sample_sum = static_cast<double>(totals.nanoseconds) / 1e9;
}

prometheus::ClientMetric& Families::sample(MetricInfo const& row, Labels labels) {
    auto const index = static_cast<std::size_t>(&row - kMetrics.data());
    prometheus::ClientMetric& metric = families_[index].metric.emplace_back();
    std::vector<std::string> names = split(row.labels);
    HOLDFAST_ASSERT(names.size() == labels.size());
    auto value = labels.begin();
    for (std::string& name : names) {
        metric.label.push_back({std::move(name), std::string(*value++)});
    }
    return metric;
}

double to_seconds(WallClock::time_point time) noexcept {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

namespace {

prometheus::MetricType type_of(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return prometheus::MetricType::Counter;
        case MetricKind::gauge:
            return prometheus::MetricType::Gauge;
        case MetricKind::histogram:
            return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

std::vector<std::string> split(std::string_view labels) {
    std::vector<std::string> names;
    while (!labels.empty()) {
        std::size_t const comma = labels.find(',');
        names.emplace_back(labels.substr(0, comma));
        labels.remove_prefix(comma == std::string_view::npos ? labels.size() : comma + 1);
    }
    return names;
}

}  // namespace
}  // namespace holdfast::telemetry
