#pragma once

#include <boost/json/object.hpp>

#include "controller/status/view.hpp"

namespace holdfast::controller {

/// What /status answers: Gateways with their table's version, quarantine and conditions; routes
/// with the conditions of each parent, Programmed included; what leads to no Gateway of ours; data
/// planes; the source with all its problems. Holds no secrets. Sorted, so that two answers can be
/// compared.
[[nodiscard]] boost::json::object status_report(StatusView const& view);

}  // namespace holdfast::controller
