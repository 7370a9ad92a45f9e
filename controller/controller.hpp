#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/admin/http_server.hpp"
#include "common/base/clock.hpp"
#include "controller/cluster_side.hpp"
#include "controller/flags.hpp"
#include "controller/push/push_server.hpp"
#include "controller/source/directory.hpp"
#include "controller/source/start_hold.hpp"
#include "controller/status/metrics.hpp"
#include "controller/status_cadence.hpp"
#include "controller/store/store.hpp"

namespace holdfast::controller {

/// The controller as a process: a source fills the store, every change of the store rebuilds all
/// tables, and the push server hands them out; the status port tells of it all.
///
/// Threads  one runs everything but the source, which has its own and only posts here.
class Controller {
public:
    /// `cluster` is the source of objects; without it they come from RunFlags::manifests.
    Controller(RunFlags flags, std::unique_ptr<ClusterSide> cluster);

    /// Runs until SIGTERM or SIGINT, then tells the data planes to go and returns within ten
    /// seconds, at once after a second signal. Output: the exit code of the process.
    [[nodiscard]] int run();

private:
    [[nodiscard]] Outcome<void> listen();
    void start_source();
    void wait_for_signal();
    void stop();
    /// The data planes are told, and the lease is given back: one more of the two is done.
    void part_stopped();

    void synced();
    void reported(SourceReport report);
    /// Rebuilds at once, or at the end of the interval that began with the last rebuild.
    void rebuild_soon();
    void rebuild();
    /// A table changed, or the fleet, or who leads.
    void statuses_moved();
    void write_statuses();
    /// Are tables held back for manifests that are broken since the start? Says so in the log.
    [[nodiscard]] bool held();
    [[nodiscard]] StatusView view() const;
    [[nodiscard]] Source& source();

    RunFlags flags_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer stop_deadline_;
    boost::asio::steady_timer hold_timer_;
    boost::asio::steady_timer rebuild_timer_;
    StartHold hold_;
    Store store_;
    Publisher publisher_{Clock::now()};
    PushServer push_;
    StatusCadence cadence_;
    Metrics metrics_;
    admin::HttpServer status_;
    std::shared_ptr<Snapshot const> built_from_;  ///< Null before the first rebuild.
    Translation translation_;
    std::vector<std::string> gateway_addresses_;
    SourceReport source_report_;
    TimePoint rebuilt_at_;
    bool rebuild_waits_ = false;
    bool synced_ = false;
    bool hold_told_ = false;
    bool stopping_ = false;
    int parts_to_stop_ = 0;
    // Last, so that their threads end before what they post to.
    std::unique_ptr<ClusterSide> cluster_;      ///< Of a controller that reads the API.
    std::optional<DirectorySource> directory_;  ///< Of one that does not.
    std::jthread leaving_;                      ///< Gives the lease back.
};

}  // namespace holdfast::controller
