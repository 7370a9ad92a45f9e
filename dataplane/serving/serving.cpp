#include "dataplane/serving/serving.hpp"

#include <algorithm>
#include <utility>

namespace holdfast {

namespace {

std::vector<std::unique_ptr<Worker>> make_workers(int count, telemetry::AccessLog& log) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (int i = 0; i < count; ++i) {
        workers.push_back(std::make_unique<Worker>(i, log));
        workers.back()->start();
    }
    return workers;
}

}  // namespace

Serving::Serving(boost::asio::io_context& io, telemetry::AccessLog& log,
                 ServingOptions const& options)
    : workers_(make_workers(options.workers, log)),
      listeners_(
          io, options.bind,
          {.hand_over = [this](int fd, std::uint16_t port) { least_loaded().accept(fd, port); },
           .turned_away = [this](std::uint16_t) { workers_.front()->count_turned_away(); }}) {}

Serving::~Serving() { stop(); }

std::vector<Problem> Serving::serve(std::shared_ptr<model::Table const> table) {
    auto tls = listen::TlsContexts::build(*table, state_ ? state_->tls.get() : nullptr);
    if (tls.has_error()) return tls.error();
    if (auto problems = listeners_.prepare(*table); !problems.empty()) return problems;
    state_ = std::make_shared<ServingState const>(
        ServingState{routing::RouteTable::compile(table), std::move(*tls)});
    for (auto const& worker : workers_)
        worker->swap(state_);
    listeners_.commit(*table);
    return {};
}

void Serving::refuse_new(bool refuse) {
    for (auto const& worker : workers_)
        worker->refuse_new(refuse);
}

void Serving::drain(TimePoint deadline) {
    for (auto const& worker : workers_)
        worker->drain(deadline);
}

void Serving::cancel_drain() {
    for (auto const& worker : workers_)
        worker->cancel_drain();
}

void Serving::stop() {
    listeners_.close();
    for (auto const& worker : workers_)
        worker->stop();
}

std::size_t Serving::connections() const noexcept {
    std::size_t sum = 0;
    for (auto const& worker : workers_)
        sum += worker->load();
    return sum;
}

std::vector<telemetry::WorkerCells const*> Serving::cells() const {
    std::vector<telemetry::WorkerCells const*> all;
    for (auto const& worker : workers_)
        all.push_back(&worker->cells());
    return all;
}

std::vector<listen::TlsContexts::Expiry> Serving::certificate_expiries() const {
    if (!state_) return {};
    return state_->tls->expiries();
}

Worker& Serving::least_loaded() noexcept {
    auto const least =
        std::min_element(workers_.begin(), workers_.end(),
                         [](auto const& a, auto const& b) { return a->load() < b->load(); });
    return **least;
}

}  // namespace holdfast
