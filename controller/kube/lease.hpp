#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/failure.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// What a Lease says of its holder (its spec). Two equal records are the same renewal.
struct LeaseRecord {
    std::string holder;                ///< holderIdentity; empty: nobody.
    std::chrono::seconds duration{0};  ///< How long the holder counts on it; 0: it does not say.
    std::string acquire_time;          ///< Texts for people, from the holder's clock; see
    std::string renew_time;            ///< format_micro_time. Never compared with another clock.
    std::int64_t transitions = 0;      ///< Changes of the holder so far.

    friend bool operator==(LeaseRecord const&, LeaseRecord const&) = default;
};

/// A coordination.k8s.io/v1 Lease: the record, and the whole object that it came in, which a PUT
/// must bring back: metadata.resourceVersion, labels, annotations, fields of later versions.
struct Lease {
    LeaseRecord record;
    boost::json::object object;
};

/// A Lease that does not exist yet.
[[nodiscard]] Lease new_lease(std::string_view name_space, std::string_view name);

/// Errors  what is no Lease, or has a field of another type than the API's.
[[nodiscard]] Outcome<Lease> parse_lease(std::string_view json);
/// The object with the record in it, for POST and PUT.
[[nodiscard]] std::string to_json(Lease const& lease);

/// There is no such Lease.
struct LeaseMissing {};
/// Someone else was faster: it changed since it was read, or exists already.
struct LeaseConflict {};
/// What became of the Lease when it was read, created or updated. A Failure says nothing about
/// whether a write took place.
using LeaseAnswer = std::variant<Lease, LeaseMissing, LeaseConflict, Failure>;

/// What the API server's answer to a GET, POST or PUT of a Lease means.
[[nodiscard]] LeaseAnswer lease_answer(Outcome<Answer> const& outcome);

}  // namespace holdfast::controller::kube
