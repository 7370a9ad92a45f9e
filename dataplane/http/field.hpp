#pragma once

#include <span>
#include <string>
#include <string_view>

namespace holdfast::http {

/// A header field as received; the value without the white space around it.
struct Field {
    std::string_view name;
    std::string_view value;
};
using Fields = std::span<Field const>;

/// The first field of that name, compared without case; null if there is none.
[[nodiscard]] Field const* find_field(Fields fields, std::string_view name) noexcept;
/// The field of that name when there is exactly one, else null.
[[nodiscard]] Field const* sole_field(Fields fields, std::string_view name) noexcept;
/// True when a comma-separated field of that name, on any of its lines, has the element `token`;
/// both are compared without case (RFC 9110 §5.6.1).
[[nodiscard]] bool has_token(Fields fields, std::string_view name, std::string_view token) noexcept;

/// Adds a whole field to a head under construction.
void append_field(std::string& head, std::string_view name, std::string_view value);

}  // namespace holdfast::http
