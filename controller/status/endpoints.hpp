#pragma once

#include <functional>
#include <vector>

#include "common/admin/http_server.hpp"
#include "controller/status/metrics.hpp"
#include "controller/status/view.hpp"

namespace holdfast::controller {

/// The status port: /livez, /readyz (and /healthz, which is /readyz), /metrics, /status.
/// Lifetime  `view` is called for each answer; it and `metrics` outlive the server.
[[nodiscard]] std::vector<admin::Endpoint> status_endpoints(std::function<StatusView()> view,
                                                            Metrics& metrics);

}  // namespace holdfast::controller
