#pragma once

#include <memory>

#include "dataplane/listen/tls_context.hpp"
#include "dataplane/routing/route_table.hpp"

namespace holdfast {

/// What a worker serves new handshakes by: replaced as a whole when a table is applied.
struct ServingState {
    std::shared_ptr<routing::RouteTable const> routes;
    std::shared_ptr<listen::TlsContexts const> tls;
};

}  // namespace holdfast
