#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// Reads a duration in Gateway API's form (GEP-2257): one to four groups of one to five digits and
/// a unit of `h`, `m`, `s` or `ms`, such as `500ms`, `15s`, `1h30m`. Nothing for any other text.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;

/// The shortest text that parse_duration reads as `duration`, largest unit first; zero is `0s`.
/// Input  0 to 99,999 h: what the form can hold.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace holdfast
