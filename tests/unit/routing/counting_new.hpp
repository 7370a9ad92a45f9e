#pragma once

#include <cstddef>

/// What has gone through operator new since the program began; linking this replaces it.
namespace holdfast::counting_new {

[[nodiscard]] std::size_t allocations() noexcept;
[[nodiscard]] std::size_t bytes() noexcept;

}  // namespace holdfast::counting_new
