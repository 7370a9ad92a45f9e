#include "dataplane/serving/worker.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "common/base/signals.hpp"
#include "dataplane/eviction/sentence.hpp"
#include "dataplane/eviction/session_closer.hpp"
#include "dataplane/handshake/handshake.hpp"
#include "dataplane/handshake/serving_state.hpp"
#include "dataplane/net/descriptor.hpp"
#include "dataplane/relay/engine.hpp"

namespace holdfast {

namespace asio = boost::asio;

struct Worker::Core {
    Core(int index, telemetry::AccessLog& access_log, handshake::Settings const& settings);

    template <class Function>
    void post(Function function) {
        asio::post(io, std::move(function));
    }
    void run();
    void adopt(relay::Admission admission, ServingState const& admitted_by);
    void handshake_ended();
    void judge_sessions();
    void begin_stop();

    std::string const name;
    asio::io_context io{1};
    telemetry::WorkerCells cells;
    std::atomic<std::size_t> handshakes{0};
    std::atomic<std::size_t> unanswered{0};  // Of these.
    std::atomic<std::size_t> sessions{0};
    relay::Engine engine;
    handshake::Services services;
    SessionCloser closer;
    bool stopping = false;
    std::thread thread;
};

// --- any thread --------------------------------------------------------------------------------

Worker::Worker(int index, telemetry::AccessLog& log, handshake::Settings const& settings)
    : core_(std::make_unique<Core>(index, log, settings)) {}

Worker::~Worker() { stop(); }

void Worker::start() {
    SignalsBlocked const blocked;
    core_->thread = std::thread([core = core_.get()] { core->run(); });
    ::pthread_setname_np(core_->thread.native_handle(), core_->name.c_str());
}

void Worker::stop() {
    if (!core_->thread.joinable()) return;
    core_->post([core = core_.get()] { core->begin_stop(); });
    core_->thread.join();
}

asio::io_context& Worker::io() noexcept { return core_->io; }

void Worker::accept(net::Descriptor socket, std::uint16_t port) {
    core_->handshakes.fetch_add(1, std::memory_order_relaxed);
    core_->unanswered.fetch_add(1, std::memory_order_relaxed);
    core_->post([core = core_.get(), socket = std::move(socket), port]() mutable {
        handshake::start(core->services, std::move(socket), port);
    });
}

void Worker::count_turned_away(net::SocketAddress const& client, std::uint16_t port,
                               std::uint16_t status) {
    auto const address = net::to_string(client);
    auto const what = "turned away from port " + std::to_string(port);
    core_->cells.connections_accepted.add();
    core_->cells.count_upgrade(
        {.route = {}, .status = status, .reason = std::string(to_string(Reason::overloaded))});
    telemetry::AccessRecord record;
    record.started = WallClock::now();
    record.client = address;
    record.status = status;
    record.reason = Reason::overloaded;
    record.close_text = what;
    core_->services.log.write(record);
}

void Worker::swap(std::shared_ptr<ServingState const> state) {
    core_->post([core = core_.get(), state = std::move(state)]() mutable {
        core->services.state = std::move(state);
        core->services.terms.begin_table();
        core->judge_sessions();
    });
}

void Worker::refuse_new(bool refuse) {
    core_->post([core = core_.get(), refuse] { core->services.refuses_new = refuse; });
}

void Worker::drain(TimePoint deadline) {
    core_->post([core = core_.get(), deadline] { core->closer.drain(deadline); });
}

void Worker::cancel_drain() {
    core_->post([core = core_.get()] { core->closer.cancel_drain(); });
}

void Worker::list_sessions(SessionQuery query, std::function<void(boost::json::array)> done) {
    core_->post([core = core_.get(), query = std::move(query), done = std::move(done)] {
        done(holdfast::list_sessions(core->engine, query));
    });
}

std::size_t Worker::load() const noexcept {
    return core_->unanswered.load(std::memory_order_relaxed) + sessions();
}

std::size_t Worker::connections() const noexcept {
    return core_->handshakes.load(std::memory_order_relaxed) + sessions();
}

std::size_t Worker::sessions() const noexcept {
    return core_->sessions.load(std::memory_order_relaxed);
}

telemetry::WorkerCells const& Worker::cells() const noexcept { return core_->cells; }

// --- the worker's thread -----------------------------------------------------------------------

Worker::Core::Core(int index, telemetry::AccessLog& access_log, handshake::Settings const& settings)
    : name("worker-" + std::to_string(index)),
      engine(io, cells, access_log),
      services(io, cells, access_log),
      closer(io, engine) {
    engine.on_end([this] { sessions.fetch_sub(1, std::memory_order_relaxed); });
    services.settings = settings;
    services.adopt = [this](relay::Admission admission, ServingState const& admitted_by) {
        adopt(std::move(admission), admitted_by);
    };
    services.on_answer = [this] { unanswered.fetch_sub(1, std::memory_order_relaxed); };
    services.on_end = [this] { handshake_ended(); };
}

void Worker::Core::run() {
    auto const work = asio::make_work_guard(io);
    io.run();
    engine.cut();
}

void Worker::Core::adopt(relay::Admission admission, ServingState const& admitted_by) {
    sessions.fetch_add(1, std::memory_order_relaxed);
    engine.adopt(std::move(admission));
    // Admitted while the table changed: what the change meant for others holds for this one.
    if (&admitted_by != services.state.get()) judge_sessions();
}

void Worker::Core::handshake_ended() {
    handshakes.fetch_sub(1, std::memory_order_relaxed);
    if (stopping && services.group.is_empty()) io.stop();
}

void Worker::Core::judge_sessions() {
    auto const& table = services.state->routes->source();
    SessionCloser::Sentences sentences;
    for (auto const& [terms, admitted] : services.terms.admitted()) {
        if (auto const sentence = judge(admitted, table)) sentences.emplace(terms, *sentence);
    }
    closer.carry_out(sentences);
}

void Worker::Core::begin_stop() {
    stopping = true;
    closer.stop();
    services.group.stop();
    if (services.group.is_empty()) io.stop();
}

}  // namespace holdfast
