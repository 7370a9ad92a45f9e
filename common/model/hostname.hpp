#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Host names as Gateway API has them: exact (`chat.example.com`) or a wildcard
/// (`*.example.com`), which stands for one or more labels.
namespace holdfast::model {

/// Lower case, labels of letters, digits and hyphens, at most 253 characters, no IP address.
[[nodiscard]] bool is_hostname(std::string_view text) noexcept;
/// A host name, or `*.` followed by one.
[[nodiscard]] bool is_hostname_pattern(std::string_view text) noexcept;

/// Does `pattern` match `host`? An empty pattern matches every host.
[[nodiscard]] bool matches_host(std::string_view pattern, std::string_view host) noexcept;

/// The hosts that both patterns match, as the narrower of the two; nothing if there are none.
/// (Gateway API: listener `*.example.com` and route `chat.example.com` meet in the latter.)
[[nodiscard]] std::optional<std::string> intersect(std::string_view a, std::string_view b);

/// True when `a` is the more specific pattern: exact before wildcard, longer before shorter,
/// anything before the empty one.
[[nodiscard]] bool more_specific(std::string_view a, std::string_view b) noexcept;

}  // namespace holdfast::model
