#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/failure.hpp"

namespace holdfast::controller {

struct CertgenOptions {
    std::filesystem::path out;  ///< Made when missing, with mode 0700.
    /// Directory with the `ca.crt` and `ca.key` to sign with; empty: a new CA is made.
    std::filesystem::path ca;
    /// `namespace/name` each, at least one: what the data planes' certificate may ask for.
    std::vector<std::string> gateways;
    std::vector<std::string> dns = {"localhost", "holdfast-controller"};  ///< Of the controller.
    int days = 365;  ///< 1 to 3650: how long the two leaves are valid; the CA is valid ten years.
};

/// Makes what mTLS between controller and data planes needs where nothing else issues it: a CA,
/// the controller's certificate (also for 127.0.0.1 and ::1) and the data planes', each with a
/// P-256 key: `{ca,controller,dataplane}.{crt,key}` in `out`, mode 0600. With a CA that is there
/// already, the leaves only: what trusts that CA takes them as it took the ones before.
///
/// Never overwrites: when one of the files is there, none is written.
/// Output  the paths written.
/// Errors  a value out of its range, a CA that cannot be used, a file that exists, what the system
///         or OpenSSL says.
[[nodiscard]] Outcome<std::vector<std::filesystem::path>> certgen(CertgenOptions const& options);

}  // namespace holdfast::controller
