#include "controller/status/kube_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <chrono>
#include <string>

#include "controller/status/raise.hpp"

namespace holdfast::controller {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using CounterFamily = prometheus::Family<prometheus::Counter>;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;

}  // namespace

struct KubeMetrics::Families {
    prometheus::Registry& registry;

    CounterFamily& counters(std::string const& name, std::string const& help) {
        return BuildCounter().Name(name).Help(help).Register(registry);
    }
    GaugeFamily& gauges(std::string const& name, std::string const& help) {
        return BuildGauge().Name(name).Help(help).Register(registry);
    }

    GaugeFamily& synced = gauges("holdfast_controller_watch_synced",
                                 "1 once all objects of the kind have been read, else 0.");
    CounterFamily& lists =
        counters("holdfast_controller_watch_lists_total", "Answers to lists of the kind.");
    CounterFamily& events = counters("holdfast_controller_watch_events_total",
                                     "Events of the kind's watch, bookmarks included.");
    CounterFamily& restarts =
        counters("holdfast_controller_watch_restarts_total", "Watches that were begun again.");
    GaugeFamily& silence = gauges("holdfast_controller_watch_silent_seconds",
                                  "Since the API server was last heard of the kind.");
    // As controller-runtime calls it, so that dashboards and alerts for it hold here too.
    GaugeFamily& master =
        gauges("leader_election_master_status", "1 while this controller leads, else 0.");
    CounterFamily& writes = counters("holdfast_controller_status_writes_total",
                                     "Writes of a status by what became of them.");
    CounterFamily& told =
        counters("holdfast_controller_events_total", "Events by what became of them.");
    CounterFamily& dropped = counters("holdfast_controller_events_dropped_total",
                                      "Events that were not sent, for there were too many.");
};

KubeMetrics::KubeMetrics(prometheus::Registry& registry)
    : families_(std::make_unique<Families>(registry)) {}

KubeMetrics::~KubeMetrics() = default;

void KubeMetrics::read(StatusView const& view) {
    Families& families = *families_;
    for (CollectionReport const& one : view.source.collections) {
        prometheus::Labels const resource{{"resource", one.resource}};
        families.synced.Add(resource).Set(one.synced ? 1 : 0);
        raise(families.lists.Add(resource), one.lists_total);
        raise(families.events.Add(resource), one.events_total);
        families.silence.Add(resource).Set(
            std::chrono::duration<double>(view.now - one.last_heard).count());
        for (auto const& [reason, total] : one.restarts_total) {
            raise(families.restarts.Add({{"resource", one.resource}, {"reason", reason}}), total);
        }
    }
    if (!view.leader) return;
    families.master.Add({{"name", view.leader->lease}}).Set(view.leader->leads ? 1 : 0);
    WriteCounts const& writes = view.leader->writes;
    raise(families.writes.Add({{"result", "written"}}), writes.written);
    raise(families.writes.Add({{"result", "conflict"}}), writes.conflict);
    raise(families.writes.Add({{"result", "failed"}}), writes.failed);
    EventCounts const& events = view.leader->events;
    raise(families.told.Add({{"result", "sent"}}), events.sent);
    raise(families.told.Add({{"result", "failed"}}), events.failed);
    raise(families.dropped.Add({}), events.dropped);
}

}  // namespace holdfast::controller
