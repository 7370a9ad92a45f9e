#pragma once

#include <openssl/x509.h>

#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace holdfast {

/// When a certificate ends to be valid, by its notAfter; nothing where that is malformed.
[[nodiscard]] std::optional<WallClock::time_point> not_after(X509 const* certificate);

/// The same of the first certificate of a PEM file; nothing where none can be read.
[[nodiscard]] std::optional<WallClock::time_point> not_after(std::string const& file);

}  // namespace holdfast
