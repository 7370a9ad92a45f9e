#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// Why the API server did not do what it was asked to (meta/v1 Status).
struct ApiStatus {
    int code = 0;         ///< As an HTTP status; 0 when it does not say.
    std::string reason;   ///< For programs: `Expired`, `Forbidden`, …
    std::string message;  ///< For people; names verb, resource and scope of what is forbidden.
    std::optional<std::chrono::seconds> retry_after;
};

/// Of an answer that is not 2xx. A body that is no Status, as a proxy sends, is cut to a line.
[[nodiscard]] ApiStatus api_status(Answer const& answer);
/// Of the object of an ERROR event.
[[nodiscard]] ApiStatus api_status(boost::json::object const& status);

/// `403 Forbidden: secrets is forbidden: …`, for logs and conditions.
[[nodiscard]] std::string to_string(ApiStatus const& status);

}  // namespace holdfast::controller::kube
