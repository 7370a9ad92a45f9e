#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

#include "common/admin/http_server.hpp"
#include "common/base/clock.hpp"
#include "controller/flags.hpp"
#include "controller/push/push_server.hpp"
#include "controller/source/directory.hpp"
#include "controller/source/start_hold.hpp"
#include "controller/status/metrics.hpp"
#include "controller/store/store.hpp"

namespace holdfast::controller {

/// The controller as a process: a source fills the store, every change of the store rebuilds all
/// tables, and the push server hands them out; the status port tells of it all.
///
/// Threads  one runs everything but the source, which has its own and only posts here.
class Controller {
public:
    explicit Controller(RunFlags flags);

    /// Runs until SIGTERM or SIGINT, then tells the data planes to go and returns within ten
    /// seconds, at once after a second signal. Output: the exit code of the process.
    [[nodiscard]] int run();

private:
    [[nodiscard]] Outcome<void> listen();
    void start_source();
    void wait_for_signal();
    void stop();

    void synced();
    void reported(SourceReport report);
    void rebuild();
    /// Are tables held back for manifests that are broken since the start? Says so in the log.
    [[nodiscard]] bool held();
    [[nodiscard]] StatusView view() const;

    RunFlags flags_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer stop_deadline_;
    boost::asio::steady_timer hold_timer_;
    StartHold hold_;
    Store store_;
    Publisher publisher_{Clock::now()};
    PushServer push_;
    Metrics metrics_;
    admin::HttpServer status_;
    Translation translation_;
    SourceReport source_report_;
    bool synced_ = false;
    bool hold_told_ = false;
    bool built_ = false;
    bool stopping_ = false;
    DirectorySource source_;  ///< Last, so that its thread ends before what it posts to.
};

}  // namespace holdfast::controller
