#include "controller/status/endpoints.hpp"

#include <utility>

#include "common/admin/health.hpp"
#include "common/base/pretty_json.hpp"
#include "controller/status/report.hpp"

namespace holdfast::controller {

std::vector<admin::Endpoint> status_endpoints(std::function<StatusView()> view, Metrics& metrics) {
    // That it answers at all is what being alive means here: one thread does everything.
    auto const livez = [](admin::Request const& request) {
        return admin::health_response({{"loop", true}}, request);
    };
    auto const readyz = [view](admin::Request const& request) {
        StatusView const now = view();
        return admin::health_response(
            {{"source", now.source_synced}, {"manifests", !now.held}, {"build", now.built}},
            request);
    };
    auto const render = [view, &metrics](admin::Request const&) {
        return admin::Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                               .body = metrics.render(view())};
    };
    auto const status = [view](admin::Request const&) {
        return admin::json_response(pretty(status_report(view())));
    };
    return {
        {"GET", "/livez", livez},    {"GET", "/readyz", readyz}, {"GET", "/healthz", readyz},
        {"GET", "/metrics", render}, {"GET", "/status", status},
    };
}

}  // namespace holdfast::controller
