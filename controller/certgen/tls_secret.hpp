#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

#include "common/base/failure.hpp"
#include "controller/certgen/certificates.hpp"

namespace holdfast::controller {

/// What a Secret of type kubernetes.io/tls holds; what it lacks is empty.
struct TlsContent {
    IdentityPem pem;  ///< `tls.crt` and `tls.key`.
    std::string ca;   ///< `ca.crt`: who signed the certificate; a CA's own Secret has none.
};

/// A Secret with certificates, and the whole object that it came in, which a PUT must bring back:
/// metadata.resourceVersion, labels and annotations of others.
struct TlsSecret {
    TlsContent content;
    /// It says that certgen made it, by the label `app.kubernetes.io/managed-by: holdfast-certgen`.
    bool ours = false;
    boost::json::object object;
};

/// A Secret of ours that does not exist yet.
[[nodiscard]] TlsSecret new_tls_secret(std::string_view name_space, std::string_view name);

/// A value that is no base64 counts as empty.
/// Errors  what is no Secret.
[[nodiscard]] Outcome<TlsSecret> parse_tls_secret(std::string_view json);
/// The object with nothing but the content in it, for POST and PUT.
[[nodiscard]] std::string to_json(TlsSecret const& secret);

}  // namespace holdfast::controller
