#pragma once

#include <string>
#include <string_view>

namespace holdfast::http {

/// Has the path a segment `.` or `..`, also one spelt with `%2e`, set off by `%2f`, `\` or `%5c`,
/// or followed by parameters (`..;x`, `..%3bx`)? A client resolves those before it sends (RFC 3986
/// §6.2.2.3). One that does not would be matched by one path here and served another one by a
/// backend that resolves them; servlet containers take parameters off before they do.
[[nodiscard]] bool has_dot_segments(std::string_view path) noexcept;

/// Gateway API's ReplacePrefixMatch: `prefix` is what the winning match says, and has matched.
struct PrefixRewrite {
    std::string_view prefix;
    std::string_view replacement;
};

/// `path` with the prefix replaced, element by element: `/abc/d` with `/abc` → `/xyz` is `/xyz/d`,
/// and never empty. A trailing `/` of prefix or replacement does not count.
[[nodiscard]] std::string replace_prefix(std::string_view path, PrefixRewrite const& rewrite);

}  // namespace holdfast::http
