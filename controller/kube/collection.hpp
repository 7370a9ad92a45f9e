#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::controller::kube {

/// Objects of one kind that are listed and watched together.
struct Collection {
    enum class Definition : std::uint8_t {
        built_in,  ///< Always there.
        custom,    ///< By a CRD, which can be missing, or be deleted with everything in it.
    };
    std::string kind;         ///< `Gateway`.
    std::string api_version;  ///< `gateway.networking.k8s.io/v1`, `v1`.
    std::string plural;       ///< `gateways`.
    std::string name_space;   ///< Only of this namespace; empty: all, or the kind has none.
    std::string name;         ///< Only the object of this name; empty: all.
    Definition definition = Definition::built_in;

    friend auto operator<=>(Collection const&, Collection const&) = default;
};

/// `/apis/gateway.networking.k8s.io/v1`: what serves the kind.
[[nodiscard]] std::string group_path(std::string const& api_version);

/// Path, and the selector of a single name as the query's first part:
/// `/api/v1/namespaces/default/secrets?fieldSelector=metadata.name%3Dtls&`; ends in `?` or `&`.
[[nodiscard]] std::string list_target(Collection const& collection);

/// As the value of a parameter of a query: continue tokens are base64url or worse.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// Path of one of its objects, by its key.
[[nodiscard]] std::string object_path(Collection const& collection, std::string const& key);

/// `secrets default/tls`, `gateways`: for logs, conditions and metrics.
[[nodiscard]] std::string to_string(Collection const& collection);

}  // namespace holdfast::controller::kube
