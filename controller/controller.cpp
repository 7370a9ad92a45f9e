#include "controller/controller.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <utility>

#include "common/base/log.hpp"
#include "controller/status/endpoints.hpp"
#include "controller/status/transitions.hpp"
#include "controller/translate/translate.hpp"

namespace asio = boost::asio;

namespace holdfast::controller {
namespace {

/// A stopping controller is gone by then, whatever its data planes do.
constexpr auto kStopTimeout = std::chrono::seconds(9);

void log_listening(char const* what, std::string const& address);

}  // namespace

Controller::Controller(RunFlags flags)
    : flags_(std::move(flags)),
      signals_(io_, SIGTERM, SIGINT),
      stop_deadline_(io_),
      hold_timer_(io_),
      hold_(Clock::now() + flags_.broken_manifests_wait),
      push_(io_, publisher_),
      status_(io_, status_endpoints([this] { return view(); }, metrics_)),
      source_({.path = flags_.manifests, .settling = {}}) {}

int Controller::run() {
    if (auto const listening = listen(); !listening) {
        log::error("cannot start", {{"error", to_string(listening.error())}});
        return 1;
    }
    wait_for_signal();
    start_source();
    io_.run();
    source_.stop();
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
    store_.subscribe([this] { asio::post(io_, [this] { rebuild(); }); });
    source_.start({
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
}

void Controller::synced() {
    synced_ = true;
    log::info("source loaded");
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
    std::size_t const files = source_report_.files_never_good;
    if (holds && !std::exchange(hold_told_, true)) {
        log::warning("tables wait for manifests that are broken since the start",
                     {{"files", files},
                      {"seconds", std::chrono::duration_cast<std::chrono::seconds>(
                                      flags_.broken_manifests_wait)
                                      .count()}});
    }
    if (!holds && files > 0) {
        log::error("tables go out without manifests that are broken since the start",
                   {{"files", files}});
    }
    return holds;
}

void Controller::rebuild() {
    // Half of the objects would make a table that takes routes away from data planes that have
    // them all.
    if (!synced_ || stopping_ || held()) {
        return;
    }
    TimePoint const start = Clock::now();
    auto const snapshot = store_.snapshot();
    Translation translation = translate(*snapshot);
    log_transitions(translation_, translation);
    translation_ = std::move(translation);
    log_all(publisher_.publish(translation_.tables, snapshot->sources, start));
    push_.flush();
    built_ = true;
    auto const took = Clock::now() - start;
    metrics_.rebuilt(took);
    log::debug("rebuilt", {{"tables", translation_.tables.size()},
                           {"routes", translation_.routes.size()},
                           {"microseconds",
                            std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
}

StatusView Controller::view() const {
    return {
        .publisher = publisher_,
        .translation = translation_,
        .source = source_report_,
        .pushed = push_.totals(),
        .source_synced = synced_,
        .held = synced_ && hold_.holding(),
        .built = built_,
        .now = Clock::now(),
        .peer = [this](StreamId stream) { return push_.peer(stream); },
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
        io_.stop();
        return;
    }
    log::info("stopping");
    auto const end = [this] { io_.stop(); };
    push_.stop(end);
    stop_deadline_.expires_after(kStopTimeout);
    stop_deadline_.async_wait([end](boost::system::error_code) { end(); });
}

namespace {

void log_listening(char const* what, std::string const& address) {
    log::info("listening", {{"what", what}, {"address", address}});
}

}  // namespace
}  // namespace holdfast::controller
