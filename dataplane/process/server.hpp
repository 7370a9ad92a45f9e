#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

#include "common/admin/http_server.hpp"
#include "dataplane/control/apply.hpp"
#include "dataplane/control/drain.hpp"
#include "dataplane/control/last_good.hpp"
#include "dataplane/control/push_client.hpp"
#include "dataplane/process/flags.hpp"
#include "dataplane/serving/serving.hpp"
#include "dataplane/telemetry/exporter.hpp"

namespace holdfast {

/// The data plane as a process: takes tables from its controllers, serves them, tells of it, and
/// lets go of its sessions when it is told to.
///
/// Threads  one runs everything here; the workers that hold the sessions have their own.
class Server {
public:
    Server(Flags flags, std::unique_ptr<telemetry::AccessLog> log);
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    /// Runs until the drain that SIGTERM or SIGINT begins is through. Output: the process's exit
    /// code.
    [[nodiscard]] int run();

private:
    [[nodiscard]] Outcome<void> listen();
    [[nodiscard]] std::vector<admin::Endpoint> admin_endpoints();
    [[nodiscard]] std::vector<admin::Endpoint> probe_endpoints();
    [[nodiscard]] telemetry::ControlFacts facts() const;

    // Tables.
    void table_applied();
    void save_last_good();
    void wait_for_controller();
    void serve_last_good();

    // Drain.
    void wait_for_signal();
    void tick();
    void carry_out(control::DrainOrders const& orders);
    void log_drain(char const* message) const;
    void stop();

    Flags flags_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer last_good_timer_;
    boost::asio::steady_timer save_timer_;
    bool save_pending_ = false;
    TimePoint last_saved_;
    std::unique_ptr<telemetry::AccessLog> log_;
    Serving serving_;
    control::Applier applier_;
    std::optional<control::LastGood> last_good_;
    control::PushClient push_;
    control::Drain drain_;
    control::DrainOrders orders_;
    telemetry::Exporter exporter_;
    admin::HttpServer admin_;
    admin::HttpServer probes_;
};

}  // namespace holdfast
