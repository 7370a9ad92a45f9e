#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/model/table.hpp"
#include "controller/store/snapshot.hpp"
#include "controller/translate/backends.hpp"
#include "controller/translate/conditions.hpp"

namespace holdfast::controller {

inline constexpr char const* kGatewayGroup = "gateway.networking.k8s.io";
inline constexpr char const* kRouteGroup = "holdfast.dev";

/// An end of a reference. Of the end that refers the name does not matter.
struct Referent {
    std::string group;
    std::string kind;
    std::string name_space;
    std::string name;
};

/// Follows references from objects to objects: to Secrets for certificates, to Services for
/// backends, through ReferenceGrants where they leave their namespace.
///
/// A reference is judged in the order kind, permission, existence, content: nobody learns by one
/// what is in a namespace that did not permit it.
///
/// Every answer is computed once. Lifetime  the snapshot outlives it. Threads  none.
class References {
public:
    explicit References(Snapshot const& snapshot);

    /// The key of the certificate that `ref` of a Gateway in `gateway_namespace` leads to.
    [[nodiscard]] Resolved<std::string> certificate(SecretRef const& ref,
                                                    std::string const& gateway_namespace);
    /// The key of the backend that `ref` of a route in `route_namespace` leads to.
    [[nodiscard]] Resolved<std::string> backend(BackendRef const& ref,
                                                std::string const& route_namespace);

    /// Everything that was asked for and found.
    [[nodiscard]] model::Collection<model::Certificate> const& certificates() const noexcept {
        return certificates_;
    }
    [[nodiscard]] model::Collection<model::Backend> const& backends() const noexcept {
        return backends_.made();
    }
    /// Backends::left_out.
    [[nodiscard]] std::vector<std::string> const& left_out(std::string const& backend) const {
        return backends_.left_out(backend);
    }

private:
    /// Within a namespace always, else as a ReferenceGrant in `to`'s namespace says.
    [[nodiscard]] bool permits(Referent const& from, Referent const& to) const;
    [[nodiscard]] Resolved<std::string> load_certificate(Secret const& secret);
    [[nodiscard]] Resolved<std::string> serve_port(Service const& service, std::uint16_t number);

    Snapshot const& snapshot_;
    std::map<std::string, std::vector<ReferenceGrant const*>> grants_;  ///< By their namespace.
    Backends backends_;
    model::Collection<model::Certificate> certificates_;
    std::map<std::string, Refusal> bad_secrets_;
};

}  // namespace holdfast::controller
