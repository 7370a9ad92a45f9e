#pragma once

#include <string>
#include <vector>

#include "common/admin/http_server.hpp"

namespace holdfast::admin {

/// One condition of being alive or ready.
struct Check {
    std::string name;
    bool good = false;
};

/// The answer of /livez and /readyz in the form of Kubernetes' own components: 200 and `ok` when
/// every check is good; with `?verbose`, or when one is not, a line `[+]name ok` or
/// `[-]name failed` for each, and 500 when one is not. `?exclude=name` leaves that one out.
[[nodiscard]] Response health_response(std::vector<Check> const& checks, Request const& request);

}  // namespace holdfast::admin
