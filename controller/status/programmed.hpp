#pragma once

#include <string_view>

#include "common/base/clock.hpp"
#include "controller/push/publisher.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// The condition that only the fleet can tell: whether what one parent of a route accepted serves
/// sessions. Reasons: `Programmed`; `Pending` while data planes have not answered, or none is
/// connected; `Rejected` with the text of what validation or a data plane refused; `NotAccepted`.
/// Messages hold no counts, so that a status changes only when the condition does.
/// Input  `route` is the key `namespace/name`; `parent` as translate made it.
[[nodiscard]] Condition programmed_condition(Publisher const& publisher, std::string_view route,
                                             RouteParentStatus const& parent, TimePoint now);

/// How a route stands over all its parents. The names are metric label values.
enum class RouteHealth : std::uint8_t {
    valid,     ///< Accepted with all that it names.
    partial,   ///< Accepted, but a reference is not resolved or a rule was dropped.
    rejected,  ///< Refused by validation or a data plane: left out of the tables.
    invalid,   ///< No parent accepts it.
};
inline constexpr std::size_t kRouteHealths = 4;
[[nodiscard]] std::string_view to_string(RouteHealth health) noexcept;

[[nodiscard]] RouteHealth route_health(Publisher const& publisher, std::string_view route,
                                       std::vector<RouteParentStatus> const& parents);

}  // namespace holdfast::controller
