#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::controller {

/// Decodes base64 as Secrets hold it: the standard alphabet with padding (RFC 4648 §4), line
/// breaks anywhere. Nothing for any other text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace holdfast::controller
