#pragma once

#include <string_view>

/// The forms that texts of a table must have. Each function answers yes or no; validate says
/// which field was wrong.
namespace holdfast::model {

/// A Kubernetes name: an RFC 1123 subdomain of at most 253 characters.
[[nodiscard]] bool is_name(std::string_view text) noexcept;
/// `namespace/name`.
[[nodiscard]] bool is_object_key(std::string_view text) noexcept;
/// `namespace/name:port`, the port from 1 to 65535.
[[nodiscard]] bool is_backend_key(std::string_view text) noexcept;
/// A token of RFC 9110 §5.6.2: header names and subprotocols.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// UTF-8 without control characters, except tabs.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;
/// The key of a label: a name of at most 63 characters, after a DNS subdomain and `/` or alone.
[[nodiscard]] bool is_label_key(std::string_view text) noexcept;
/// The value of a label: empty, or at most 63 letters, digits, `-`, `_` and `.` between two of the
/// first two.
[[nodiscard]] bool is_label_value(std::string_view text) noexcept;
/// `2026-11-21T09:17:03Z`, the only form the API server writes; texts then sort as times do.
[[nodiscard]] bool is_timestamp(std::string_view text) noexcept;
/// What Gateway API admits as the value of an Exact or PathPrefix match.
[[nodiscard]] bool is_path_match(std::string_view text) noexcept;
/// `scheme://host` or `scheme://host:port` in lower case: what a browser sends as Origin.
[[nodiscard]] bool is_origin(std::string_view text) noexcept;

}  // namespace holdfast::model
