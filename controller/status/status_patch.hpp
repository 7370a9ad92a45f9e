#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/kube/stored_status.hpp"
#include "controller/source/ours.hpp"

namespace holdfast::controller {

/// A condition that a patch brings to an object's owner for the first time.
struct ConditionChange {
    enum class Kind : std::uint8_t {
        fault,   ///< It is against the owner now, or for another reason than before.
        mended,  ///< It was against the owner until now.
        began,   ///< It is as the owner wants, and nobody had said so before.
    };
    Kind kind = Kind::fault;
    std::string part;  ///< `listener wss`, `parent infra/edge`; empty: the whole object.
    std::string type;
    std::string reason;
    std::string message;

    friend bool operator==(ConditionChange const&, ConditionChange const&) = default;
};

/// What brings a stored status to what it should be.
struct StatusPatch {
    boost::json::object body;  ///< A merge patch that fails when the object is not the stored one.
    std::vector<ConditionChange> changes;
};

/// Compares a status with what is stored.
///
/// Left as they are: entries of other controllers, and of Gateways that this one does not serve,
/// conditions of types that are not ours, and those that `wanted` calls Unknown; fields that
/// `wanted` does not have; and a lastTransitionTime while the condition's status is the same.
/// Entries of ours that are not wanted any more go.
///
/// Input   `wanted` as translate/status_json makes it; `now` in RFC 3339, whole seconds.
/// Output  nothing when all is as it should be; nor when a condition of ours that is stored has
///         observed a later generation than `wanted`: another controller knows more than this one;
///         nor when `wanted` has observed a later one than the object has: it is about an object of
///         the same name that is gone.
/// Source  Gateway API, GEP-1364 and the status of its types.
[[nodiscard]] std::optional<StatusPatch> status_patch(kube::StoredStatus const& stored,
                                                      boost::json::object const& wanted,
                                                      std::string const& now,
                                                      Served const& served = {});

}  // namespace holdfast::controller
