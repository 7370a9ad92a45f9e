#pragma once

#include <chrono>
#include <cstdint>

#include "common/base/clock.hpp"
#include "controller/certgen/certificates.hpp"
#include "controller/certgen/tls_secret.hpp"

namespace holdfast::controller {

/// What is done about a Secret with certificates.
enum class SecretStep : std::uint8_t {
    make,   ///< There is none.
    keep,   ///< It does what is wanted.
    renew,  ///< It does not.
};

/// How long a certificate must still be good for to be kept: a third of LeafOptions::days.
[[nodiscard]] std::chrono::seconds validity_needed(LeafOptions const& options);

/// The CA of a Secret.
/// Errors  it is none, or not valid now and for validity_needed().
[[nodiscard]] Outcome<Identity> usable_ca(IdentityPem const& pem, LeafOptions const& options,
                                          WallClock::time_point now);

/// A leaf as it is wanted.
struct WantedLeaf {
    Leaf leaf;
    LeafOptions const& options;
    Identity const& ca;
};

/// What to do about a leaf's Secret: `stored`, or nullptr when there is none. It is kept when its
/// certificate has its key, is taken for its purpose by who trusts the CA alone, now and for
/// validity_needed(), and has at least the names that are wanted; and when its ca.crt is the CA's.
[[nodiscard]] SecretStep leaf_step(WantedLeaf const& wanted, TlsContent const* stored,
                                   WallClock::time_point now);

}  // namespace holdfast::controller
