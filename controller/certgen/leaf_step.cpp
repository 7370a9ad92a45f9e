#include "controller/certgen/leaf_step.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "controller/push/identity.hpp"

namespace holdfast::controller {
namespace {

bool fits(WantedLeaf const& wanted, TlsContent const& stored, WallClock::time_point now);
bool has_names(X509 const* certificate, Leaf leaf, LeafOptions const& options);

}  // namespace

std::chrono::seconds validity_needed(LeafOptions const& options) {
    return std::chrono::seconds(std::chrono::days(options.days)) / 3;
}

Outcome<Identity> usable_ca(IdentityPem const& pem, LeafOptions const& options,
                            WallClock::time_point now) {
    auto ca = read_ca(pem);
    if (!ca) return ca;
    X509* const certificate = ca->certificate.get();
    bool const lasts =
        verifies(certificate, certificate, X509_PURPOSE_ANY, now) &&
        verifies(certificate, certificate, X509_PURPOSE_ANY, now + validity_needed(options));
    if (!lasts)
        return Failure{{},
                       "it is not valid for another third of --days: delete it, and the next run "
                       "makes a new one"};
    return ca;
}

SecretStep leaf_step(WantedLeaf const& wanted, TlsContent const* stored,
                     WallClock::time_point now) {
    if (stored == nullptr) return SecretStep::make;
    return fits(wanted, *stored, now) ? SecretStep::keep : SecretStep::renew;
}

namespace {

bool fits(WantedLeaf const& wanted, TlsContent const& stored, WallClock::time_point now) {
    auto const identity = read_identity(stored.pem);
    openssl::Owned<X509> const trusted = read_certificate(stored.ca);
    X509* const ca = wanted.ca.certificate.get();
    if (!identity || !trusted || X509_cmp(trusted.get(), ca) != 0) return false;
    X509* const leaf = identity->certificate.get();
    int const purpose =
        wanted.leaf == Leaf::controller ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
    return verifies(leaf, ca, purpose, now) &&
           verifies(leaf, ca, purpose, now + validity_needed(wanted.options)) &&
           has_names(leaf, wanted.leaf, wanted.options);
}

bool has_names(X509 const* certificate, Leaf leaf, LeafOptions const& options) {
    bool const server = leaf == Leaf::controller;
    auto const& wanted = server ? options.dns : options.gateways;
    auto const names = server ? alternative_names(certificate, GEN_DNS) : gateways_of(certificate);
    return std::ranges::all_of(wanted, [&names](std::string const& name) {
        return std::ranges::find(names, name) != names.end();
    });
}

}  // namespace
}  // namespace holdfast::controller
