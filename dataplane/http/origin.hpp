#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::http {

/// May a handshake with this Origin use a rule with these allowedOrigins?
///
/// Scheme, host and port must be equal; case does not count, and neither does a default port that
/// one side writes out. An empty list allows everything. A request without Origin is allowed:
/// only browsers send it, and the list protects browsers' users from other sites' pages
/// (RFC 6455 §10.2), not backends from programs, which write whatever Origin they like. `null`
/// (sandboxed pages, files) is allowed only where it is listed.
[[nodiscard]] bool origin_allowed(std::span<std::string const> allowed,
                                  std::optional<std::string_view> origin) noexcept;

}  // namespace holdfast::http
