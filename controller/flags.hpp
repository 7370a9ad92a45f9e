#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/address.hpp"
#include "common/base/log.hpp"
#include "common/command_line/early_exit.hpp"
#include "controller/certgen/certgen.hpp"
#include "controller/certgen/certgen_secrets.hpp"
#include "controller/kube/elector.hpp"
#include "controller/push/server_tls.hpp"
#include "controller/source/ours.hpp"
#include "controller/translate_command.hpp"

namespace holdfast::controller {

/// How the Kubernetes API is read and written.
struct KubeFlags {
    std::string kubeconfig;  ///< Paths as in $KUBECONFIG; empty: as a pod, by its service account.
    std::vector<std::string> namespaces;  ///< Only these are read; empty: all.
    kube::Candidacy candidacy;
    std::string
        gateway_service;  ///< `namespace/name`, whose address is the Gateway's; empty: none.
};

/// `holdfast-controller [run]`.
struct RunFlags {
    std::string manifests;  ///< Directory; empty exactly when `kube` is set.
    std::optional<KubeFlags> kube;
    Served served;  ///< Which Gateways this controller serves.
    /// How long the first tables wait for manifests that are broken (StartHold).
    std::chrono::milliseconds broken_manifests_wait{60'000};
    std::optional<Address> push_listen;  ///< Set exactly when `tls` is.
    std::optional<TlsFiles> tls;
    std::string push_socket;  ///< Path; empty: none.
    Address status_listen{"127.0.0.1", 19002};
    log::Level log_level = log::Level::info;
};

/// What the command line asks for. One alternative per subcommand, of certgen one per place that it
/// writes to.
using FlagValues = std::variant<RunFlags, CertgenOptions, CertgenSecretsOptions, TranslateOptions>;

[[nodiscard]] std::variant<FlagValues, EarlyExit> parse_flags(int argc, char const* const* argv);

}  // namespace holdfast::controller
