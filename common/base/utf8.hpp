#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing past U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// `text` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
///
/// What peers send ends in JSON logs, and Boost.JSON writes bytes as they are: without this one
/// request could make a log line that no reader accepts.
[[nodiscard]] std::string to_utf8(std::string_view text);

}  // namespace holdfast
