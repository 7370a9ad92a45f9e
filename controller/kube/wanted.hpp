#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/kube/collection.hpp"
#include "controller/source/any_object.hpp"
#include "controller/source/ours.hpp"

namespace holdfast::controller::kube {

/// The collections that are read from the start: every kind but Secret. With `namespaces`, only
/// those; empty: all.
[[nodiscard]] std::vector<Collection> collections_of(std::vector<std::string> const& namespaces);

/// What our Gateways need of the API beside themselves.
///
/// Threads  none.
class GatewayNeeds {
public:
    /// With `namespaces`, only those are read; empty: all.
    GatewayNeeds(Served served, std::set<std::string> namespaces)
        : served_(std::move(served)), namespaces_(std::move(namespaces)) {}

    /// Takes note of Gateways and GatewayClasses; everything else is ignored.
    void note(Object const& object);
    void forget(ObjectId const& id);

    /// The Secrets that listeners refer to, each by its name, so that the controller needs no right
    /// to any other. None of namespaces that are not read: the grant that such a reference needs
    /// is not read either.
    [[nodiscard]] std::set<Collection> secrets() const;
    /// True when a listener admits routes by the labels of their namespaces.
    [[nodiscard]] bool namespace_labels() const;

private:
    [[nodiscard]] std::vector<Gateway const*> ours() const;
    [[nodiscard]] bool reads(SecretRef const& ref) const;

    Served served_;
    std::set<std::string> namespaces_;
    std::map<std::string, std::shared_ptr<Gateway const>> gateways_;
    std::map<std::string, std::shared_ptr<GatewayClass const>> classes_;
};

}  // namespace holdfast::controller::kube
