#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/translate/condition.hpp"

/// The words of a status: types and reasons are Gateway API's, messages are sentences that name
/// the field and the object, and say what would be right. Messages hold nothing that changes while
/// the objects stay the same, so that an unchanged status is never written again.
namespace holdfast::controller {

/// Types of conditions.
namespace condition {
inline constexpr char const* kAccepted = "Accepted";
inline constexpr char const* kResolvedRefs = "ResolvedRefs";
inline constexpr char const* kProgrammed = "Programmed";
inline constexpr char const* kConflicted = "Conflicted";
inline constexpr char const* kOverlappingTls = "OverlappingTLSConfig";
inline constexpr char const* kPartiallyInvalid = "PartiallyInvalid";

/// Is it one of these?
[[nodiscard]] bool is_known(std::string_view type) noexcept;
/// Is it against the owner of the object? Some report something bad by being true (Gateway API's
/// negative polarity).
[[nodiscard]] bool is_fault(std::string_view type, bool status) noexcept;
}  // namespace condition

/// Reasons of conditions; those of a condition that holds are mostly its own type.
namespace reason {
inline constexpr char const* kAccepted = "Accepted";
inline constexpr char const* kResolvedRefs = "ResolvedRefs";
inline constexpr char const* kProgrammed = "Programmed";
inline constexpr char const* kInvalid = "Invalid";
inline constexpr char const* kPending = "Pending";
inline constexpr char const* kUnsupportedValue = "UnsupportedValue";
inline constexpr char const* kUnsupportedProtocol = "UnsupportedProtocol";
inline constexpr char const* kRefNotPermitted = "RefNotPermitted";
// Of Gateways and listeners.
inline constexpr char const* kUnsupportedAddress = "UnsupportedAddress";
inline constexpr char const* kInvalidParameters = "InvalidParameters";
inline constexpr char const* kListenersNotValid = "ListenersNotValid";
inline constexpr char const* kNoConflicts = "NoConflicts";
inline constexpr char const* kHostnameConflict = "HostnameConflict";
inline constexpr char const* kProtocolConflict = "ProtocolConflict";
inline constexpr char const* kOverlappingHostnames = "OverlappingHostnames";
inline constexpr char const* kInvalidCertificateRef = "InvalidCertificateRef";
inline constexpr char const* kInvalidRouteKinds = "InvalidRouteKinds";
// Of routes.
inline constexpr char const* kNoMatchingParent = "NoMatchingParent";
inline constexpr char const* kNotAllowedByListeners = "NotAllowedByListeners";
inline constexpr char const* kNoMatchingListenerHostname = "NoMatchingListenerHostname";
inline constexpr char const* kInvalidKind = "InvalidKind";
inline constexpr char const* kBackendNotFound = "BackendNotFound";
inline constexpr char const* kNotAccepted = "NotAccepted";
inline constexpr char const* kRejected = "Rejected";
/// Of an Event alone: an entry that is gone has no conditions.
inline constexpr char const* kDetached = "Detached";
}  // namespace reason

/// Why something is not as its owner wants it: a reason for programs, a sentence for people.
struct Refusal {
    std::string reason;
    std::string message;

    friend bool operator==(Refusal const&, Refusal const&) = default;
};

/// What a reference leads to, or why it leads nowhere.
template <class T>
using Resolved = boost::system::result<T, Refusal>;

/// The conditions of one object, in the order in which they are added.
class Conditions {
public:
    /// `generation` is the object's: what every condition reports as observed.
    explicit Conditions(std::int64_t generation) : generation_(generation) {}

    void add_true(char const* type, char const* reason, std::string message);
    /// False with `refusals` (at least one): the first one's reason, everyone's sentence.
    void add_false(char const* type, std::vector<Refusal> const& refusals);
    void add_false(char const* type, char const* reason, std::string message);

    [[nodiscard]] std::vector<Condition> take() && { return std::move(conditions_); }

private:
    std::int64_t generation_;
    std::vector<Condition> conditions_;
};

/// The sentences of all refusals, one after the other; of many, the first ones.
[[nodiscard]] std::string sentences(std::vector<Refusal> const& refusals);

/// `"a", "b" and "c"`.
[[nodiscard]] std::string quoted_list(std::vector<std::string> const& names);

/// `HTTPRoute.gateway.networking.k8s.io`, as kubectl writes a kind with its group.
[[nodiscard]] std::string kind_name(std::string const& group, std::string const& kind);

}  // namespace holdfast::controller
