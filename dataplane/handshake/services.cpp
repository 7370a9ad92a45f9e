#include "dataplane/handshake/services.hpp"

#include <random>

#include "common/base/limits.hpp"

namespace holdfast::handshake {

Services::Services(boost::asio::io_context& io_context, telemetry::WorkerCells& worker_cells,
                   telemetry::AccessLog& access_log)
    : io(io_context),
      cells(worker_cells),
      log(access_log),
      group(io_context),
      terms(worker_cells),
      balancer(std::random_device{}()),
      random(std::random_device{}()),
      scratch(limits::scratch_bytes) {}

}  // namespace holdfast::handshake
