#include "controller/status/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "common/base/log.hpp"
#include "controller/status/kube_metrics.hpp"
#include "controller/status/programmed.hpp"
#include "controller/status/raise.hpp"

namespace holdfast::controller {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;

/// From a handful of routes to thousands.
prometheus::Histogram::BucketBoundaries const kRebuildSeconds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

void set(prometheus::Gauge& gauge, std::size_t value) { gauge.Set(static_cast<double>(value)); }

/// Nothing comes never: an alert that asks how long there still is stays quiet.
double timestamp(std::optional<WallClock::time_point> time) {
    if (!time) return std::numeric_limits<double>::infinity();
    return std::chrono::duration<double>(time->time_since_epoch()).count();
}

void set_routes(GaugeFamily& family, StatusView const& view);
void set_dataplanes(GaugeFamily& family, StatusView const& view);
void set_offers(prometheus::Gauge& quarantined, prometheus::Gauge& gone, StatusView const& view);

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;

    prometheus::Counter& counter(std::string const& name, std::string const& help) {
        return BuildCounter().Name(name).Help(help).Register(registry).Add({});
    }
    prometheus::Gauge& gauge(std::string const& name, std::string const& help) {
        return BuildGauge().Name(name).Help(help).Register(registry).Add({});
    }

    prometheus::Counter& rebuilds =
        counter("holdfast_controller_rebuild_total", "Rebuilds of all tables.");
    prometheus::Histogram& rebuild_seconds =
        BuildHistogram()
            .Name("holdfast_controller_rebuild_duration_seconds")
            .Help("From a snapshot of the objects to frames for the data planes.")
            .Register(registry)
            .Add({}, kRebuildSeconds);
    GaugeFamily& routes = BuildGauge()
                              .Name("holdfast_controller_routes")
                              .Help("WebSocketRoutes by how they stand.")
                              .Register(registry);
    GaugeFamily& dataplanes =
        BuildGauge()
            .Name("holdfast_controller_dataplanes")
            .Help("Connected data planes by how they stand to the newest table.")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& pushes = BuildCounter()
                                                          .Name("holdfast_controller_push_total")
                                                          .Help("Frames sent to data planes.")
                                                          .Register(registry);
    prometheus::Counter& push_bytes =
        counter("holdfast_controller_push_bytes_total", "Bytes of these frames.");
    prometheus::Counter& push_nacks =
        counter("holdfast_controller_push_nacks_total", "Tables that a data plane refused.");
    prometheus::Counter& push_streams_dropped =
        counter("holdfast_controller_push_streams_dropped_total",
                "Push streams closed because there were too many.");
    prometheus::Gauge& push_certificate_ends =
        gauge("holdfast_controller_push_certificate_expiry_timestamp_seconds",
              "When the certificate of the push port ends to be valid.");
    prometheus::Gauge& quarantined =
        gauge("holdfast_controller_quarantined_objects",
              "Objects kept out of a Gateway's table as they are now.");
    prometheus::Gauge& gone = gauge("holdfast_controller_gateways_gone",
                                    "Gateways that disappeared; their last tables stay in force.");
    prometheus::Gauge& held =
        gauge("holdfast_controller_gateways_held", "Gateways whose newest table is not offered.");
    prometheus::Gauge& source_objects =
        gauge("holdfast_controller_source_objects", "Objects that the source has delivered.");
    prometheus::Gauge& source_problems =
        gauge("holdfast_controller_source_problems", "Problems in what the source reads, now.");
    prometheus::Gauge& source_files_refused =
        gauge("holdfast_controller_source_files_refused",
              "Manifests whose last good state is in force instead of what they hold.");
    prometheus::Counter& source_loads =
        counter("holdfast_controller_source_loads_total", "Times that the source looked.");
    prometheus::Gauge& source_synced =
        gauge("holdfast_controller_source_synced", "1 once everything has been delivered, else 0.");
    KubeMetrics kube{registry};
    prometheus::Counter& log_dropped =
        counter("holdfast_log_dropped_total",
                "Lines of the program's own log lost because their reader was too slow.");
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
    BuildGauge()
        .Name("holdfast_build_info")
        .Help("1; the labels say what is running.")
        .Register(families_->registry)
        .Add({{"program", "controller"}, {"version", HOLDFAST_VERSION}})
        .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::rebuilt(std::chrono::duration<double> took) {
    families_->rebuilds.Increment();
    families_->rebuild_seconds.Observe(took.count());
}

std::string Metrics::render(StatusView const& view) {
    Families& families = *families_;
    set_routes(families.routes, view);
    set_dataplanes(families.dataplanes, view);
    set_offers(families.quarantined, families.gone, view);
    set(families.held,
        static_cast<std::size_t>(std::ranges::count_if(
            view.publisher.offers(), [](Offer const& offer) { return !offer.held.empty(); })));
    for (std::size_t i = 0; i < view.pushed.frames.size(); ++i) {
        std::string const frame(to_string(static_cast<FrameKind>(i)));
        raise(families.pushes.Add({{"frame", frame}}), view.pushed.frames[i]);
    }
    raise(families.push_bytes, view.pushed.bytes);
    raise(families.push_nacks, view.pushed.nacks);
    raise(families.push_streams_dropped, view.pushed.streams_dropped);
    set(families.source_objects, view.source.objects_count);
    set(families.source_problems, view.source.problems.size());
    set(families.source_files_refused, view.source.files_refused);
    raise(families.source_loads, view.source.loads_total);
    set(families.source_synced, view.source_synced ? 1 : 0);
    families.push_certificate_ends.Set(timestamp(view.push_certificate_ends));
    families.kube.read(view);
    raise(families.log_dropped, log::lines_dropped());
    return prometheus::TextSerializer().Serialize(families.registry.Collect());
}

namespace {

void set_routes(GaugeFamily& family, StatusView const& view) {
    std::array<std::size_t, kRouteHealths> counts{};
    for (auto const& [name, parents] : view.translation.routes) {
        ++counts[static_cast<std::size_t>(route_health(view.publisher, name, parents))];
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::string const status(to_string(static_cast<RouteHealth>(i)));
        set(family.Add({{"status", status}}), counts[i]);
    }
    set(family.Add({{"status", "orphaned"}}), view.translation.orphaned_routes_count);
}

void set_dataplanes(GaugeFamily& family, StatusView const& view) {
    std::array<std::size_t, kDataplaneStates> counts{};
    for (DataplaneStatus const& one : view.publisher.fleet().dataplanes()) {
        ++counts[static_cast<std::size_t>(one.state)];
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::string const state(to_string(static_cast<DataplaneState>(i)));
        set(family.Add({{"state", state}}), counts[i]);
    }
}

void set_offers(prometheus::Gauge& quarantined, prometheus::Gauge& gone, StatusView const& view) {
    std::size_t quarantined_count = 0;
    std::size_t gone_count = 0;
    for (Offer const& offer : view.publisher.offers()) {
        quarantined_count += offer.quarantine.size();
        gone_count += offer.gone ? 1 : 0;
    }
    set(quarantined, quarantined_count);
    set(gone, gone_count);
}

}  // namespace
}  // namespace holdfast::controller
