#pragma once

#include <string_view>

#include "common/base/failure.hpp"
#include "controller/kube/cluster.hpp"

namespace holdfast::controller::kube {

/// The cluster and the user of the current context.
///
/// Input   paths separated by colons, as in $KUBECONFIG. Files that do not exist are left out. Of
///         clusters, users and contexts of the same name, and of the current context, the first
///         file's counts whole.
/// Errors  name file and field: what cannot be read, what is missing, and what is not supported
///         (programs that fetch credentials, proxies, passwords, impersonation).
/// Source  client-go tools/clientcmd, "Organizing Cluster Access Using kubeconfig Files".
[[nodiscard]] Outcome<Cluster> read_kubeconfig(std::string_view paths);

/// The same; with no paths, the cluster that this pod runs in, as its service account.
[[nodiscard]] Outcome<Cluster> find_cluster(std::string_view paths);

}  // namespace holdfast::controller::kube
