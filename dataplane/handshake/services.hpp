#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "dataplane/handshake/group.hpp"
#include "dataplane/handshake/serving_state.hpp"
#include "dataplane/handshake/settings.hpp"
#include "dataplane/handshake/terms_cache.hpp"
#include "dataplane/http/trace.hpp"
#include "dataplane/relay/session.hpp"
#include "dataplane/routing/balancer.hpp"
#include "dataplane/telemetry/access_log.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::handshake {

/// What a worker's handshakes share. Its thread alone touches it.
struct Services {
    Services(boost::asio::io_context& io_context, telemetry::WorkerCells& worker_cells,
             telemetry::AccessLog& access_log);

    boost::asio::io_context& io;
    telemetry::WorkerCells& cells;
    telemetry::AccessLog& log;
    Group group;
    TermsCache terms;
    routing::Balancer balancer;
    http::Random random;
    Settings settings;
    /// What new handshakes go by; null only before the first table.
    std::shared_ptr<ServingState const> state;
    /// New handshakes are answered with 503, `draining`.
    bool refuses_new = false;
    /// One read's bytes, good until the next wait: every handshake reads into it.
    std::vector<std::uint8_t> scratch;

    /// Takes an established session over, and the state that it was admitted by.
    std::function<void(relay::Admission, ServingState const&)> adopt;
    /// Called once for every handshake, when its answer is out or there is none to give. Throws
    /// nothing.
    std::function<void()> on_answer;
    /// Called once for every handshake, behind on_answer, when nothing of it is left: a refused
    /// client is given time to read its answer in between.
    std::function<void()> on_end;
};

}  // namespace holdfast::handshake
