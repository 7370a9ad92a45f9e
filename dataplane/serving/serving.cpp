#include "dataplane/serving/serving.hpp"

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"

namespace holdfast {

namespace {

/// A connection stays with the worker that accepted it unless another has fewer, by more than this
/// part: so small an imbalance costs nobody anything, and handing over costs a thread switch.
constexpr std::size_t kToleratedPart = 8;

std::vector<std::unique_ptr<Worker>> make_workers(telemetry::AccessLog& log,
                                                  ServingOptions const& options) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (int i = 0; i < options.workers; ++i) {
        workers.push_back(std::make_unique<Worker>(i, log, options.handshake));
        workers.back()->start();
    }
    return workers;
}

}  // namespace

Serving::Serving(telemetry::AccessLog& log, ServingOptions const& options)
    : resources_(options.resources),
      workers_(make_workers(log, options)),
      listeners_(accept_threads(), options.bind) {}

Serving::~Serving() { stop(); }

std::vector<Problem> Serving::serve(std::shared_ptr<model::Table const> table) {
    auto tls = listen::TlsContexts::build(*table, state_ ? state_->tls.get() : nullptr);
    if (tls.has_error()) return tls.error();
    if (auto problems = listeners_.prepare(*table); !problems.empty()) return problems;
    state_ = std::make_shared<ServingState const>(
        ServingState{routing::RouteTable::compile(table), std::move(*tls)});
    for (auto const& worker : workers_)
        worker->swap(state_);
    set_capacity(*table);
    listeners_.commit(*table);
    return {};
}

void Serving::set_capacity(model::Table const& table) {
    auto const most = connections_max(resources_, workers_.size(), table);
    if (connections_max_.exchange(most) != most) log::info("capacity", {{"connections_max", most}});
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

std::size_t Serving::load() const noexcept { return sum(&Worker::load); }

std::size_t Serving::sum(std::size_t (Worker::*part)() const noexcept) const noexcept {
    std::size_t sum = 0;
    for (auto const& worker : workers_)
        sum += (*worker.*part)();
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

std::vector<listen::AcceptThread> Serving::accept_threads() {
    std::vector<listen::AcceptThread> threads;
    for (auto const& worker : workers_) {
        auto const has_room = [this] { return sum(&Worker::connections) < connections_max_; };
        auto const hand_over = [this, own = worker.get()](net::Descriptor socket,
                                                          std::uint16_t port) {
            worker_for_one_more(*own).accept(std::move(socket), port);
        };
        auto const turned_away = [own = worker.get()](net::SocketAddress const& client,
                                                      std::uint16_t port, std::uint16_t status) {
            own->count_turned_away(client, port, status);
        };
        threads.push_back(
            {worker->io(),
             {.has_room = has_room, .hand_over = hand_over, .turned_away = turned_away}});
    }
    return threads;
}

Worker& Serving::worker_for_one_more(Worker& acceptor) noexcept {
    auto const least =
        std::min_element(workers_.begin(), workers_.end(),
                         [](auto const& a, auto const& b) { return a->load() < b->load(); });
    auto const own = acceptor.load();
    bool const worth_it = (*least)->load() + own / kToleratedPart < own;
    return worth_it ? **least : acceptor;
}

}  // namespace holdfast
