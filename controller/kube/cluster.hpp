#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "common/base/failure.hpp"

namespace holdfast::controller::kube {

/// What is written down somewhere or is in a file; neither when it is not given. A file may change
/// while the process runs.
struct TextOrFile {
    std::string text;
    std::filesystem::path file;

    [[nodiscard]] bool given() const { return !text.empty() || !file.empty(); }
    friend bool operator==(TextOrFile const&, TextOrFile const&) = default;
};

/// The text, or what the file holds now; empty when neither is given.
/// Errors  the file cannot be read, or is longer than limits::credential_bytes_max.
[[nodiscard]] Outcome<std::string> read(TextOrFile const& source);

/// What reaching a cluster needs: where it is, how it shows that it is the one, who we are.
struct Cluster {
    std::string server;       ///< `https://10.0.0.1:443`, perhaps with a path.
    TextOrFile ca;            ///< PEM. When not given, the system's CAs count.
    std::string server_name;  ///< What the certificate must say instead of the server's host.
    bool insecure_skip_tls_verify = false;  ///< Whoever answers is believed: for trials only.

    TextOrFile token;               ///< Bearer token.
    TextOrFile client_certificate;  ///< PEM, leaf first.
    TextOrFile client_key;          ///< PEM.

    friend bool operator==(Cluster const&, Cluster const&) = default;
};

/// A variable's value; nullptr when it is not set: std::getenv, except in tests.
using Environment = std::function<char const*(char const*)>;

/// Where Kubernetes puts a pod's token and CA.
inline constexpr auto kServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The cluster that this pod runs in, as its service account.
/// Errors  the process does not run in a pod, or the pod has no token or CA mounted.
[[nodiscard]] Outcome<Cluster> in_cluster(Environment const& environment,
                                          std::filesystem::path const& directory);

}  // namespace holdfast::controller::kube
