#pragma once

#include <string>

#include "common/model/table.hpp"

namespace holdfast::test {

/// A fresh self-signed P-256 certificate for `host`, valid for a day, with its key.
[[nodiscard]] model::Certificate make_certificate(std::string const& host);

}  // namespace holdfast::test
