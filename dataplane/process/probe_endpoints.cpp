// What the probes port answers; the rest of Server is in server.cpp.
#include "common/admin/health.hpp"
#include "dataplane/process/server.hpp"

namespace holdfast {

std::vector<admin::Endpoint> Server::probe_endpoints() {
    // That it answers at all is what being alive means: the control thread still turns.
    auto const livez = [](admin::Request const& request) {
        return admin::health_response({{"loop", true}}, request);
    };
    auto const readyz = [this](admin::Request const& request) {
        return admin::health_response(
            {{"table", applier_.in_force().has_value()}, {"drain", drain_.orders().ready}},
            request);
    };
    auto const metrics = [this](admin::Request const&) {
        return admin::Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                               .body = exporter_.to_text()};
    };
    return {{"GET", "/livez", livez},
            {"GET", "/readyz", readyz},
            {"GET", "/healthz", readyz},
            {"GET", "/metrics", metrics}};
}

}  // namespace holdfast
