#include "controller/controller.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/not_after.hpp"
#include "controller/status/endpoints.hpp"
#include "controller/status/statuses.hpp"
#include "controller/status/transitions.hpp"
#include "controller/translate/translate.hpp"

namespace asio = boost::asio;

namespace holdfast::controller {
namespace {

/// A stopping controller is gone by then, whatever its data planes do.
constexpr auto kStopTimeout = std::chrono::seconds(9);
/// Between the starts of two rebuilds: endpoints can change a hundred times a second, and one
/// rebuild takes them all.
constexpr auto kRebuildInterval = std::chrono::milliseconds(100);

void log_listening(char const* what, std::string const& address);
std::vector<std::string> gateway_addresses(RunFlags const& flags, Snapshot const& snapshot);

}  // namespace

Controller::Controller(RunFlags flags, std::unique_ptr<ClusterSide> cluster)
    : flags_(std::move(flags)),
      signals_(io_, SIGTERM, SIGINT),
      stop_deadline_(io_),
      hold_timer_(io_),
      rebuild_timer_(io_),
      hold_(Clock::now() + flags_.broken_manifests_wait),
      push_(io_, publisher_),
      cadence_(io_, [this] { write_statuses(); }),
      status_(io_, status_endpoints([this] { return view(); }, metrics_)),
      cluster_(std::move(cluster)) {
    if (!cluster_) {
        directory_.emplace(DirectoryOptions{.path = flags_.manifests, .settling = {}});
    }
    push_.on_fleet_change([this] { statuses_moved(); });
}

int Controller::run() {
    if (auto const listening = listen(); !listening) {
        log::error("cannot start", {{"error", to_string(listening.error())}});
        return 1;
    }
    wait_for_signal();
    start_source();
    io_.run();
    source().stop();
    log::info("stopped");
    return 0;
}

Outcome<void> Controller::listen() {
    auto const status = status_.listen(flags_.status_listen);
    if (!status) return status.error();
    log_listening("status", to_string(*status));
    if (flags_.push_listen) {
        auto const push = push_.listen_tls(*flags_.push_listen, *flags_.tls);
        if (!push) return push.error();
        log_listening("push", to_string(*push));
    }
    if (!flags_.push_socket.empty()) {
        auto const push = push_.listen_unix(flags_.push_socket);
        if (!push) return push.error();
        log_listening("push", "unix:" + flags_.push_socket);
    }
    if (!flags_.push_listen && flags_.push_socket.empty()) {
        log::warning("no data plane can connect: neither --push-listen nor --push-socket is given");
    }
    return {};
}

void Controller::start_source() {
    store_.subscribe([this] { asio::post(io_, [this] { rebuild_soon(); }); });
    source().start({
        .changed = [this](Changes const& changes) { store_.apply(changes); },
        .synced = [this] { asio::post(io_, [this] { synced(); }); },
        .reported =
            [this](SourceReport const& report) {
                asio::post(io_, [this, report] { reported(report); });
            },
    });
    hold_timer_.expires_after(flags_.broken_manifests_wait);
    hold_timer_.async_wait([this](boost::system::error_code error) {
        if (!error && hold_.holding()) rebuild();
    });
    if (cluster_) {
        cluster_->campaign([this] { asio::post(io_, [this] { statuses_moved(); }); });
    }
}

Source& Controller::source() { return cluster_ ? cluster_->source() : *directory_; }

void Controller::synced() {
    synced_ = true;
    auto const loaded = store_.snapshot();
    log::info("source loaded", {{"gateways", loaded->gateways.size()},
                                {"routes", loaded->routes.size()},
                                {"services", loaded->services.size()},
                                {"slices", loaded->endpoint_slices.size()}});
    rebuild();
}

void Controller::reported(SourceReport report) {
    source_report_ = std::move(report);
    // A broken file that is gone, or good and empty, changes no object and still ends the hold.
    if (hold_.holding()) rebuild();
}

bool Controller::held() {
    if (!hold_.holding()) return false;
    bool const holds = hold_.holds(source_report_, Clock::now());
    std::size_t const broken = source_report_.never_good;
    if (holds && !std::exchange(hold_told_, true)) {
        log::warning("tables wait for manifests that are broken since the start",
                     {{"manifests", broken},
                      {"seconds", std::chrono::duration_cast<std::chrono::seconds>(
                                      flags_.broken_manifests_wait)
                                      .count()}});
    }
    if (!holds && broken > 0) {
        log::error("tables go out without manifests that are broken since the start",
                   {{"manifests", broken}});
    }
    return holds;
}

void Controller::rebuild_soon() {
    TimePoint const now = Clock::now();
    TimePoint const next = rebuilt_at_ + kRebuildInterval;
    if (now >= next || !built_from_) return rebuild();
    if (std::exchange(rebuild_waits_, true)) return;
    rebuild_timer_.expires_after(next - now);
    rebuild_timer_.async_wait([this](boost::system::error_code error) {
        rebuild_waits_ = false;
        if (!error) rebuild();
    });
}

void Controller::rebuild() {
    // Half of the objects would make a table that takes routes away from data planes that have
    // them all.
    if (!synced_ || stopping_ || held()) {
        return;
    }
    TimePoint const start = Clock::now();
    rebuilt_at_ = start;
    auto const before = std::exchange(built_from_, store_.snapshot());
    Snapshot const& snapshot = *built_from_;
    // Every status that is written comes back as a new version of what it was before.
    if (before && same_objects(*before, snapshot)) {
        return publisher_.advance(snapshot.sources, start);
    }
    gateway_addresses_ = gateway_addresses(flags_, snapshot);
    Translation translation = translate(snapshot, flags_.served);
    log_transitions(translation_, translation);
    translation_ = std::move(translation);
    log_all(publisher_.publish(translation_.tables, snapshot.sources, start));
    push_.flush();
    statuses_moved();
    auto const took = Clock::now() - start;
    metrics_.rebuilt(took);
    log::debug("rebuilt", {{"tables", translation_.tables.size()},
                           {"routes", translation_.routes.size()},
                           {"microseconds",
                            std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
}

void Controller::statuses_moved() {
    if (cluster_) cadence_.moved();
}

void Controller::write_statuses() {
    if (!built_from_ || stopping_) return;
    if (auto const term = cluster_->term()) {
        cluster_->want(*term, wanted_statuses(statuses(view()), *built_from_));
    }
}

StatusView Controller::view() const {
    return {
        .publisher = publisher_,
        .translation = translation_,
        .source = source_report_,
        .pushed = push_.totals(),
        .source_synced = synced_,
        .held = synced_ && hold_.holding(),
        .built = built_from_ != nullptr,
        .now = Clock::now(),
        .gateway_addresses = gateway_addresses_,
        .leader = cluster_ ? std::optional(cluster_->report()) : std::nullopt,
        .peer = [this](StreamId stream) { return push_.peer(stream); },
        .push_certificate_ends = flags_.tls ? not_after(flags_.tls->certificate) : std::nullopt,
    };
}

void Controller::wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        stop();
        wait_for_signal();
    });
}

void Controller::stop() {
    if (std::exchange(stopping_, true)) {
        if (cluster_) cluster_->hurry();
        io_.stop();
        return;
    }
    log::info("stopping");
    stop_deadline_.expires_after(kStopTimeout);
    stop_deadline_.async_wait([this](boost::system::error_code) { io_.stop(); });
    parts_to_stop_ = cluster_ ? 2 : 1;
    push_.stop([this] { part_stopped(); });
    if (!cluster_) return;
    // The API server may not answer, and the data planes are told meanwhile.
    leaving_ = std::jthread([this] {
        cluster_->stop_leading();
        asio::post(io_, [this] { part_stopped(); });
    });
}

void Controller::part_stopped() {
    if (--parts_to_stop_ == 0) io_.stop();
}

namespace {

void log_listening(char const* what, std::string const& address) {
    log::info("listening", {{"what", what}, {"address", address}});
}

std::vector<std::string> gateway_addresses(RunFlags const& flags, Snapshot const& snapshot) {
    if (!flags.kube) return {};
    auto const service = snapshot.services.find(flags.kube->gateway_service);
    return service == snapshot.services.end() ? std::vector<std::string>()
                                              : service->second->addresses;
}

}  // namespace
}  // namespace holdfast::controller
