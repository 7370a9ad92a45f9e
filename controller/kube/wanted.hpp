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

/// Which Secrets are read: by their names, those that listeners of our Gateways refer to, so that
/// the controller needs no right to any other.
///
/// Threads  none.
class WantedSecrets {
public:
    explicit WantedSecrets(Served served) : served_(std::move(served)) {}

    /// Takes note of Gateways and GatewayClasses; everything else is ignored.
    void note(Object const& object);
    void forget(ObjectId const& id);

    [[nodiscard]] std::set<Collection> collections() const;

private:
    Served served_;
    std::map<std::string, std::shared_ptr<Gateway const>> gateways_;
    std::map<std::string, std::shared_ptr<GatewayClass const>> classes_;
};

}  // namespace holdfast::controller::kube
