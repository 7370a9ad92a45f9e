#pragma once

#include <cstdint>

#include "common/base/failure.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller {

/// Why the API server does not do what it was asked to.
enum class Refusal : std::uint8_t {
    none,      ///< It did.
    this_one,  ///< Something is wrong with this request; the next one may pass.
    all,       ///< It takes none now: it is not reached, knows nobody, or has too much to do.
};

/// A 500 is of one: a webhook that fails for some objects looks like that, and the server's own
/// trouble hardly ever.
[[nodiscard]] Refusal refusal(Outcome<kube::Answer> const& answer);

}  // namespace holdfast::controller
