#pragma once

#include <openssl/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::controller {

/// How a data plane's certificate names the Gateway that it may ask for: a URI among its subject
/// alternative names, `spiffe://holdfast/gateway/NAMESPACE/NAME` (docs/push-protocol.md).
/// Input  `namespace/name`.
[[nodiscard]] std::string gateway_uri(std::string_view gateway);

/// The subject alternative names of a certificate that are of one kind: GEN_DNS or GEN_URI.
[[nodiscard]] std::vector<std::string> alternative_names(X509 const* certificate, int kind);

/// The Gateways (`namespace/name`) that a verified certificate names; none when it names none.
[[nodiscard]] std::vector<std::string> gateways_of(X509 const* certificate);

}  // namespace holdfast::controller
