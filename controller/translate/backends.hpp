#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/table.hpp"
#include "controller/store/snapshot.hpp"

namespace holdfast::controller {

/// Backends made of EndpointSlices: every Service port that is asked for, made once.
///
/// Source    KEP-1669 for which endpoints take sessions: ready ones, and terminating ones that
///           still serve for the time when none is ready.
/// Lifetime  the snapshot outlives it. Threads  none.
class Backends {
public:
    explicit Backends(Snapshot const& snapshot);

    /// Makes the backend behind one port of a Service, even if it has no endpoints, and returns its
    /// key.
    std::string make(Service const& service, ServicePort const& port);

    [[nodiscard]] model::Collection<model::Backend> const& made() const noexcept { return made_; }
    /// Why endpoints of the backend `key`, which was made, are left out; each the end of a sentence
    /// about an endpoint.
    [[nodiscard]] std::vector<std::string> const& left_out(std::string const& key) const {
        return left_out_.at(key);
    }

private:
    using Slices = std::vector<EndpointSlice const*>;

    std::map<std::string, Slices> slices_;  ///< By the key of their Service.
    model::Collection<model::Backend> made_;
    std::map<std::string, std::vector<std::string>> left_out_;
};

/// `namespace/name:port`: the key of a Service port in a table.
[[nodiscard]] std::string backend_key(std::string const& service_key, std::uint16_t port);

}  // namespace holdfast::controller
