#include "dataplane/process/server.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/base/not_after.hpp"
#include "dataplane/process/resources.hpp"

namespace asio = boost::asio;

namespace holdfast {
namespace {

/// How exactly the drain keeps its times, once it has begun.
constexpr auto kTick = std::chrono::milliseconds(100);
/// A large table takes 100 ms to write, and endpoints may come and go many times a second: what is
/// on disk may lag behind by this much.
constexpr auto kSaveInterval = std::chrono::seconds(1);
/// How long the streams' end may hold up the process's; a name that is being looked up takes its
/// time.
constexpr auto kStopTimeout = std::chrono::seconds(2);

std::optional<control::LastGood> last_good_in(Flags const& flags) {
    if (flags.state_dir.empty()) return std::nullopt;
    std::error_code ignored;  // Saving tells what is wrong with the folder.
    std::filesystem::create_directories(flags.state_dir, ignored);
    return control::LastGood(flags.state_dir, flags.gateway);
}

control::PushOptions push_options(Flags const& flags) {
    return {.controllers = flags.controllers,
            .tls = flags.tls.value_or(PushTlsFiles{}),
            .identity = {.node = flags.node, .gateway = flags.gateway, .build = HOLDFAST_VERSION}};
}

ServingOptions serving_options(Flags const& flags) {
    return {.workers = flags.workers,
            .bind = flags.bind,
            .resources = {.descriptors = raise_descriptor_limit(), .memory = usable_memory()}};
}

void log_listening(char const* what, Address const& address) {
    log::info("listening", {{"what", what}, {"address", to_string(address)}});
}

}  // namespace

Server::Server(Flags flags, std::unique_ptr<telemetry::AccessLog> log)
    : flags_(std::move(flags)),
      signals_(io_, SIGTERM, SIGINT),
      tick_timer_(io_),
      last_good_timer_(io_),
      save_timer_(io_),
      log_(std::move(log)),
      serving_(*log_, serving_options(flags_)),
      applier_(flags_.gateway, serving_),
      last_good_(last_good_in(flags_)),
      push_(io_, push_options(flags_), applier_, [this] { table_applied(); }),
      drain_(flags_.drain),
      exporter_(serving_.cells(), *log_, [this] { return facts(); }),
      admin_(io_, admin_endpoints()),
      probes_(io_, probe_endpoints()) {}

int Server::run() {
    if (auto const listening = listen(); !listening) {
        log::error("cannot start", {{"error", to_string(listening.error())}});
        return 1;
    }
    wait_for_signal();
    wait_for_controller();
    push_.start();
    io_.run();
    save_last_good();
    serving_.stop();
    log::info("stopped");
    return 0;
}

Outcome<void> Server::listen() {
    auto const admin = admin_.listen(flags_.admin_listen);
    if (!admin) return admin.error();
    log_listening("admin", *admin);
    auto const probes = probes_.listen(flags_.probes_listen);
    if (!probes) return probes.error();
    log_listening("probes", *probes);
    return {};
}

// --- tables ------------------------------------------------------------------------------------

void Server::table_applied() {
    last_good_timer_.cancel();
    if (!last_good_ || std::exchange(save_pending_, true)) return;
    save_timer_.expires_at(last_saved_ + kSaveInterval);
    save_timer_.async_wait([this](boost::system::error_code error) {
        if (!error) save_last_good();
    });
}

void Server::save_last_good() {
    if (!std::exchange(save_pending_, false)) return;
    last_saved_ = Clock::now();
    auto const& table = *applier_.in_force();
    auto const saved =
        last_good_->save({.version = table.version, .table = table.received->to_json()});
    if (!saved) {
        log::error("the last good table cannot be kept", {{"error", to_string(saved.error())}});
    }
}

void Server::wait_for_controller() {
    if (!last_good_) return;
    last_good_timer_.expires_after(limits::last_good_wait);
    last_good_timer_.async_wait([this](boost::system::error_code error) {
        if (!error && !applier_.in_force()) serve_last_good();
    });
}

void Server::serve_last_good() {
    auto const saved = last_good_->load();
    if (!saved) {
        log::error("the last good table cannot be used", {{"error", to_string(saved.error())}});
        return;
    }
    if (!*saved) {
        log::warning("no controller answers, and there is no last good table");
        return;
    }
    auto const problems = applier_.apply_from_disk(**saved, Clock::now());
    for (auto const& problem : problems) {
        log::error("the last good table is refused", {{"problem", to_string(problem)}});
    }
    if (!problems.empty()) return;
    log::warning("no controller answers: serving the last good table from disk",
                 {{"path", last_good_->path()}});
    push_.took_from_disk((*saved)->version.hash);
}

// --- drain -------------------------------------------------------------------------------------

void Server::wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        drain_.on_signal(Clock::now());
        log_drain("draining for a signal");
        tick();
        wait_for_signal();
    });
}

/// Lets the drain look at the time and the sessions, and comes back while it goes on.
void Server::tick() {
    drain_.on_tick(Clock::now(), serving_.load());
    carry_out(drain_.orders());
    if (drain_.state() == control::DrainState::done) return;
    if (drain_.state() == control::DrainState::serving) {
        tick_timer_.cancel();
        return;
    }
    tick_timer_.expires_after(kTick);
    tick_timer_.async_wait([this](boost::system::error_code error) {
        if (!error) tick();
    });
}

void Server::carry_out(control::DrainOrders const& orders) {
    auto const before = std::exchange(orders_, orders);
    if (orders.refuse_new != before.refuse_new) serving_.refuse_new(orders.refuse_new);
    if (orders.close_by && !before.close_by) log_drain("closing sessions");
    if (orders.close_by && orders.close_by != before.close_by) serving_.drain(*orders.close_by);
    if (!orders.close_by && before.close_by) serving_.cancel_drain();
    if (orders.exit && !before.exit) stop();
}

/// With what is still to come: when the closing begins, and when it is over at the latest.
void Server::log_drain(char const* message) const {
    auto const now = Clock::now();
    auto const seconds = [now](TimePoint until) {
        return std::chrono::round<std::chrono::seconds>(std::max(until, now) - now).count();
    };
    log::info(message, {{"connections", serving_.load()},
                        {"seconds_to_first_close", seconds(drain_.close_from())},
                        {"seconds_to_deadline", seconds(drain_.deadline())}});
}

void Server::stop() {
    log::info("drained");
    push_.stop([this] { io_.stop(); });
    tick_timer_.expires_after(kStopTimeout);
    tick_timer_.async_wait([this](boost::system::error_code error) {
        if (!error) io_.stop();
    });
}

telemetry::ControlFacts Server::facts() const {
    telemetry::ControlFacts facts;
    facts.draining = drain_.state() != control::DrainState::serving;
    if (auto const& table = applier_.in_force()) {
        facts.config_hash = table->version.hash;
        facts.config_source = to_string(table->source);
        facts.config_applied = table->applied;
    }
    facts.configs_accepted = applier_.accepted();
    facts.configs_rejected = applier_.rejected();
    facts.controllers_connected = push_.connected();
    for (auto const& expiry : serving_.certificate_expiries()) {
        facts.certificates.emplace_back(expiry.certificate, expiry.not_after);
    }
    auto const push = flags_.tls ? not_after(flags_.tls->certificate) : std::nullopt;
    if (push) facts.certificates.emplace_back("push", *push);
    return facts;
}

}  // namespace holdfast
