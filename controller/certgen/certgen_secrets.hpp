#pragma once

#include <functional>
#include <string>

#include "common/base/failure.hpp"
#include "controller/certgen/certificates.hpp"
#include "controller/certgen/leaf_step.hpp"
#include "controller/kube/patient_caller.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller {

struct CertgenSecretsOptions {
    std::string name_space;
    std::string prefix;      ///< Of the names.
    std::string kubeconfig;  ///< Paths as in $KUBECONFIG; empty: as a pod, by its service account.
    LeafOptions leaves;
};

/// Is told what was done about a Secret, by its `namespace/name`.
using TellSecret = std::function<void(SecretStep step, std::string const& key)>;

/// Sees to it that what certgen() makes is in three Secrets: `PREFIX-ca`, `PREFIX-controller-tls`
/// and `PREFIX-dataplane-tls`. What is there and does what is wanted is kept (leaf_step).
///
/// Each Secret is read, judged, and written only as it was read, the CA first. So a run that ends
/// anywhere leaves what the next one goes on from, and of two at once one finds the other's.
/// Errors  a value out of its range; a Secret of such a name that certgen did not make, which is
///         never overwritten; a CA that cannot be used; what the API server says, once a
///         PatientCaller has given up.
[[nodiscard]] Outcome<void> certgen_secrets(kube::Transport& transport,
                                            CertgenSecretsOptions const& options,
                                            kube::RetryClock clock, TellSecret const& tell);

/// `made`, `kept` or `renewed`.
[[nodiscard]] char const* to_string(SecretStep done) noexcept;

}  // namespace holdfast::controller
