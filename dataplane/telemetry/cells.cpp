#include "dataplane/telemetry/cells.hpp"

#include <algorithm>

namespace holdfast::telemetry {

void HistogramCell::observe(std::chrono::nanoseconds value) noexcept {
    double const seconds = std::chrono::duration<double>(value).count();
    auto const bound = std::ranges::lower_bound(kBounds, seconds);
    buckets_[static_cast<std::size_t>(bound - kBounds.begin())].add();
    nanoseconds_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)));
}

void HistogramCell::add_to(Totals& totals) const noexcept {
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        totals.buckets[i] += buckets_[i].get();
    }
    totals.nanoseconds += nanoseconds_.get();
}

std::uint16_t close_code_class(std::uint16_t code) noexcept {
    if (code == 0 || (code >= 1000 && code <= 1015)) {
        return code;
    }
    if (code >= 3000 && code <= 4999) {
        return code < 4000 ? kCloseCode3xxx : kCloseCode4xxx;
    }
    return kCloseCodeOther;
}

RouteCells& WorkerCells::route(std::string_view listener, std::string_view route) {
    std::lock_guard const lock(mutex_);
    std::unique_ptr<RouteCells>& cells = routes_[{std::string(listener), std::string(route)}];
    if (!cells) {
        cells = std::make_unique<RouteCells>();
        cells->listener = listener;
        cells->route = route;
    }
    return *cells;
}

void WorkerCells::count_upgrade(UpgradeLabels const& labels) {
    std::lock_guard const lock(mutex_);
    ++upgrades_[labels];
}

void WorkerCells::count_close(CloseLabels const& labels, std::chrono::nanoseconds duration) {
    CloseLabels bounded = labels;
    bounded.code = close_code_class(labels.code);
    session_duration_.observe(duration);
    std::lock_guard const lock(mutex_);
    ++closes_[bounded];
}

void WorkerCells::count_connect_error(std::string_view reason) {
    std::lock_guard const lock(mutex_);
    ++connect_errors_[std::string(reason)];
}

void WorkerCells::collect(Counts& into, std::function<void(RouteCells const&)> const& visit) const {
    session_duration_.add_to(into.session_duration);
    for (RouteCells const* const cells : collect_locked(into)) {
        if (auto const upgrades = cells->upgrades.get(); upgrades > 0) {
            into.upgrades[{.route = cells->route, .status = 101, .reason = {}}] += upgrades;
        }
        visit(*cells);
    }
}

std::vector<RouteCells const*> WorkerCells::collect_locked(Counts& into) const {
    std::lock_guard const lock(mutex_);
    for (auto const& [labels, count] : upgrades_) {
        into.upgrades[labels] += count;
    }
    for (auto const& [labels, count] : closes_) {
        into.closes[labels] += count;
    }
    for (auto const& [reason, count] : connect_errors_) {
        into.connect_errors[reason] += count;
    }
    std::vector<RouteCells const*> routes;
    routes.reserve(routes_.size());
    for (auto const& [key, cells] : routes_) {
        routes.push_back(cells.get());
    }
    return routes;
}

}  // namespace holdfast::telemetry
