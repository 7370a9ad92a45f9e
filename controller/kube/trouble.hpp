#pragma once

#include <cstdint>
#include <string>

namespace holdfast::controller::kube {

/// Why a collection cannot be read now. What was read of it stays in force.
struct Trouble {
    enum class Kind : std::uint8_t {
        unreachable,  ///< There is no answer.
        refused,      ///< An error that passes by itself.
        forbidden,    ///< 401, 403: a right is missing.
        missing,      ///< The kind is not defined: its CRD is not there, or on its way out.
        held,         ///< Objects that went with their definition are kept.
    };
    Kind kind = Kind::unreachable;
    std::string message;

    friend bool operator==(Trouble const&, Trouble const&) = default;
};

}  // namespace holdfast::controller::kube
