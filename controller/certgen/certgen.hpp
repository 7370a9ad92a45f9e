#pragma once

#include <filesystem>
#include <vector>

#include "common/base/failure.hpp"
#include "controller/certgen/certificates.hpp"

namespace holdfast::controller {

struct CertgenOptions {
    std::filesystem::path out;  ///< Made when missing, with mode 0700.
    /// Directory with the `ca.crt` and `ca.key` to sign with; empty: a new CA is made.
    std::filesystem::path ca;
    LeafOptions leaves;
};

/// Makes what mTLS between controller and data planes needs where nothing else issues it: a CA,
/// the controller's certificate and the data planes', each with its key:
/// `{ca,controller,dataplane}.{crt,key}` in `out`, mode 0600. With a CA that is there already, the
/// leaves only: what trusts that CA takes them as it took the ones before.
///
/// Never overwrites: when one of the files is there, none is written.
/// Output  the paths written.
/// Errors  a value out of its range, a CA that cannot be used, a file that exists, what the system
///         or OpenSSL says.
[[nodiscard]] Outcome<std::vector<std::filesystem::path>> certgen(CertgenOptions const& options);

}  // namespace holdfast::controller
