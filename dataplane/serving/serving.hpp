#pragma once

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/control/apply.hpp"
#include "dataplane/handshake/serving_state.hpp"
#include "dataplane/listen/listeners.hpp"
#include "dataplane/serving/worker.hpp"
#include "dataplane/telemetry/access_log.hpp"

namespace holdfast {

/// Where and with how many threads a data plane serves.
struct ServingOptions {
    int workers = 1;
    std::string bind = "::";
};

/// The workers and the listening sockets: what a table is served by.
///
/// Threads   the control thread, every call; the workers have their own.
/// Lifetime  the io_context and the log outlive it. Destruction ends every session.
class Serving final : public control::TableTarget {
public:
    Serving(boost::asio::io_context& io, telemetry::AccessLog& log, ServingOptions const& options);
    ~Serving();
    Serving(Serving const&) = delete;
    Serving& operator=(Serving const&) = delete;

    /// Binds, loads and compiles everything the table names before the first worker sees any of
    /// it, so a table that cannot be served changes nothing.
    [[nodiscard]] std::vector<Problem> serve(std::shared_ptr<model::Table const> table) override;

    /// Handshakes are answered 503 from now on, or taken again.
    void refuse_new(bool refuse);
    /// Sessions are closed at an even rate until `deadline`.
    void drain(TimePoint deadline);
    void cancel_drain();
    /// Closes the ports, ends what is left and joins the workers.
    void stop();

    /// Sessions, and handshakes under way.
    [[nodiscard]] std::size_t connections() const noexcept;
    [[nodiscard]] std::vector<std::unique_ptr<Worker>> const& workers() const noexcept {
        return workers_;
    }
    [[nodiscard]] std::vector<telemetry::WorkerCells const*> cells() const;
    [[nodiscard]] std::vector<listen::TlsContexts::Expiry> certificate_expiries() const;

private:
    [[nodiscard]] Worker& least_loaded() noexcept;

    std::vector<std::unique_ptr<Worker>> workers_;
    listen::Listeners listeners_;
    std::shared_ptr<ServingState const> state_;
};

}  // namespace holdfast
