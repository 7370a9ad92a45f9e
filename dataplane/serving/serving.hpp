#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/control/apply.hpp"
#include "dataplane/handshake/serving_state.hpp"
#include "dataplane/handshake/settings.hpp"
#include "dataplane/listen/listeners.hpp"
#include "dataplane/serving/capacity.hpp"
#include "dataplane/serving/worker.hpp"
#include "dataplane/telemetry/access_log.hpp"

namespace holdfast {

/// Where and with what a data plane serves.
struct ServingOptions {
    int workers = 1;
    std::string bind = "::";
    Resources resources = {};
    handshake::Settings handshake = {};
};

/// The workers and the listening sockets: what a table is served by.
///
/// Every port is accepted from on one of the workers' threads, never on the caller's: what a table
/// costs there delays no client. Clients beyond the capacity are answered with 503, `overloaded`.
///
/// Threads   one calls; the workers have their own.
/// Lifetime  the log outlives it. Destruction ends every session.
class Serving final : public control::TableTarget {
public:
    Serving(telemetry::AccessLog& log, ServingOptions const& options);
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

    /// Sessions, and handshakes that are not answered yet.
    [[nodiscard]] std::size_t load() const noexcept;
    [[nodiscard]] std::vector<std::unique_ptr<Worker>> const& workers() const noexcept {
        return workers_;
    }
    [[nodiscard]] std::vector<telemetry::WorkerCells const*> cells() const;
    [[nodiscard]] std::vector<listen::TlsContexts::Expiry> certificate_expiries() const;

private:
    [[nodiscard]] std::size_t sum(std::size_t (Worker::*part)() const noexcept) const noexcept;
    [[nodiscard]] std::vector<listen::AcceptThread> accept_threads();
    [[nodiscard]] Worker& worker_for_one_more(Worker& acceptor) noexcept;

    void set_capacity(model::Table const& table);

    Resources const resources_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<std::size_t> connections_max_{0};  ///< Written by the caller's thread.
    listen::Listeners listeners_;
    std::shared_ptr<ServingState const> state_;
};

}  // namespace holdfast
