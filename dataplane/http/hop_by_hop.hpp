#pragma once

#include <string_view>

#include "dataplane/http/field.hpp"

namespace holdfast::http {

/// Is this field meant for the next hop only (RFC 9110 §7.6.1), and so not forwarded? True for
/// Connection, what `fields` name in their Connection, and the fields that are hop-by-hop by
/// themselves. A peer that names Host or a Sec-WebSocket field in Connection is not obeyed: it
/// could take the handshake apart.
[[nodiscard]] bool is_hop_by_hop(std::string_view name, Fields fields) noexcept;

}  // namespace holdfast::http
