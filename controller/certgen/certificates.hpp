#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "common/base/openssl.hpp"

namespace holdfast::controller {

/// What the two certificates of the push stream say.
struct LeafOptions {
    /// `namespace/name` each, at least one: what the data planes' certificate may ask for.
    std::vector<std::string> gateways;
    std::vector<std::string> dns = {"localhost", "holdfast-controller"};  ///< Of the controller.
    int days = 365;  ///< 1 to 3650: how long the two leaves are valid; a new CA is for ten years.
};

/// The certificates that a CA signs here.
enum class Leaf : std::uint8_t {
    controller,  ///< A server's, for the names of LeafOptions and the loopback addresses.
    dataplane,   ///< A client's, for the Gateways of LeafOptions.
};

/// A certificate with its key.
struct Identity {
    openssl::Owned<X509> certificate;
    openssl::Owned<EVP_PKEY> key;
};

/// The same as PEM. What is not there is empty.
struct IdentityPem {
    std::string certificate;
    std::string key;
};

/// Errors  a value out of its range, by the name of its flag.
[[nodiscard]] Outcome<void> check(LeafOptions const& options);

/// A new CA, or a new leaf that `ca` signs, with a P-256 key.
/// Input   `options` have been checked.
/// Errors  what OpenSSL says.
[[nodiscard]] Outcome<Identity> make_ca();
[[nodiscard]] Outcome<Identity> make_leaf(Leaf leaf, LeafOptions const& options,
                                          Identity const& ca);

[[nodiscard]] Outcome<IdentityPem> to_pem(Identity const& identity);
/// The first certificate of a text; nullptr when there is none.
[[nodiscard]] openssl::Owned<X509> read_certificate(std::string const& pem);
/// Errors  no certificate, no key without a passphrase, or a key of another certificate.
[[nodiscard]] Outcome<Identity> read_identity(IdentityPem const& pem);
/// Errors  also a certificate that may not sign others.
[[nodiscard]] Outcome<Identity> read_ca(IdentityPem const& pem);

/// Whether who trusts `ca` alone takes `certificate` for `purpose` (X509_PURPOSE_…) at that time.
[[nodiscard]] bool verifies(X509* certificate, X509* ca, int purpose, WallClock::time_point when);

}  // namespace holdfast::controller
