#pragma once

#include <string_view>

/// The small pieces of HTTP's grammar (RFC 9110 §5.6) that several parsers need.
namespace holdfast::http {

[[nodiscard]] bool is_token_char(char c) noexcept;
/// A token: one or more token characters.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// A byte that a field value may hold: visible, space, tab, or above ASCII (RFC 9110 §5.5).
[[nodiscard]] bool is_field_char(char c) noexcept;

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] int hex_value(char c) noexcept;

/// Equal without ASCII case.
[[nodiscard]] bool equal_fold(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool starts_with_fold(std::string_view text, std::string_view prefix) noexcept;

/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Takes the next element of a comma-separated list off the front of `rest`, trimmed; it is empty
/// where two commas meet. Commas inside quoted strings do not separate.
[[nodiscard]] std::string_view next_element(std::string_view& rest) noexcept;

}  // namespace holdfast::http
