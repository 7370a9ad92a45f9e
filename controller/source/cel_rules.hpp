#pragma once

#include <span>
#include <string_view>

#include "controller/source/value.hpp"

namespace holdfast::controller {

/// The C++ twin of a CEL rule of the CRD, known by the rule's message.
struct CelTwin {
    std::string_view message;
    /// Does `self` obey? `self` has its defaults and obeys the rest of its schema.
    bool (*holds)(Value const& self);
};

/// Every twin, in no order; messages are unique.
[[nodiscard]] std::span<CelTwin const> cel_twins() noexcept;

/// nullptr when there is no twin for the message.
[[nodiscard]] CelTwin const* find_cel_twin(std::string_view message) noexcept;

}  // namespace holdfast::controller
