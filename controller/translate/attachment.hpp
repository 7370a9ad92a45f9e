#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/translate/conditions.hpp"
#include "controller/translate/listeners.hpp"

namespace holdfast::controller {

/// The hosts that a route and the listeners it is attached to have in common. Key: position of the
/// listener; an empty host stands for every host of the listener.
using AttachedHosts = std::map<std::size_t, std::set<std::string>>;

/// What a route asks of a Gateway by one of its parentRefs.
struct AttachmentRequest {
    WebSocketRoute const& route;
    std::size_t parent_index;  ///< Of route.parent_refs; it names the Gateway.
};

/// Does `ref` name a Gateway?
[[nodiscard]] bool names_gateway(ParentRef const& ref) noexcept;

/// Attaches a route to those of a Gateway's listeners that the parentRef selects, that admit the
/// route's kind and namespace, and that share a host with it.
///
/// Whether a listener is served plays no part: a route is attached to a listener that waits for its
/// certificate, too (Gateway API, ListenerStatus.attachedRoutes).
/// Errors  NoMatchingParent, NotAllowedByListeners, NoMatchingListenerHostname.
[[nodiscard]] Resolved<AttachedHosts> attach(AttachmentRequest const& request,
                                             std::vector<JudgedListener> const& listeners,
                                             Objects<Namespace> const& namespaces);

}  // namespace holdfast::controller
