#pragma once

#include <memory>

#include "controller/kube/cluster.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// The way to a cluster's API server by cpprestsdk: HTTP/1.1, connections kept and used again.
///
/// Bounds   limits::api_answer_bytes_max for the answer of call(). A stream has none: `on_bytes`
///          must keep up with the server, since the library reads ahead.
/// Errors   Failure::cause is `timed_out` after silence and `operation_canceled` after a stop,
///          else empty; the detail says method, server and path, and why.
/// Threads  as Transport says; the library has four of its own for all transports.
/// Known    a name that does not resolve holds a call back until the resolver gives up; in a pod
///          the server is an address.
[[nodiscard]] std::unique_ptr<Transport> cpprest_transport(Cluster cluster);

}  // namespace holdfast::controller::kube
