#pragma once

#include <string_view>

#include "common/base/clock.hpp"
#include "controller/push/publisher.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// The condition that only the fleet can tell: whether what one parent of a route accepted serves
/// sessions. Reasons: `Programmed`; `Pending` while none has it in force, none is
/// connected, or the table with the route's newest state is held back; `Rejected` with the text of
/// what validation or a data plane refused of the route or of a backend that it names;
/// `NotAccepted`. Unknown while data planes have not had the time to answer
/// (Programming::unheard).
/// Messages hold no counts, so that a status changes only when the condition does.
/// Input  `route` is the key `namespace/name`; `parent` as translate made it.
[[nodiscard]] Condition programmed_condition(Publisher const& publisher, std::string_view route,
                                             RouteParentStatus const& parent, TimePoint now);

/// A Gateway's status as the fleet has it. Translate says of a listener that it is in the table;
/// one that is kept from the data planes, or a certificate of which is, is not programmed after
/// all: `Invalid` with the text of what was refused. Of a Gateway whose newest table is held back
/// altogether nothing is: `Pending` with the reason. One without data planes is `Pending` too,
/// with its listeners; Unknown as a route's.
[[nodiscard]] GatewayStatus gateway_as_served(Publisher const& publisher,
                                              std::string const& gateway, GatewayStatus status,
                                              TimePoint now);

/// How a route stands over all its parents. The names are metric label values.
enum class RouteHealth : std::uint8_t {
    valid,     ///< Accepted with all that it names.
    partial,   ///< Accepted, but a reference is not resolved or a rule was dropped.
    rejected,  ///< It or a backend of it is refused by validation or a data plane.
    invalid,   ///< No parent accepts it.
};
inline constexpr std::size_t kRouteHealths = 4;
[[nodiscard]] std::string_view to_string(RouteHealth health) noexcept;

[[nodiscard]] RouteHealth route_health(Publisher const& publisher, std::string_view route,
                                       std::vector<RouteParentStatus> const& parents);

}  // namespace holdfast::controller
