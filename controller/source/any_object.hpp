#pragma once

#include <compare>
#include <memory>
#include <string>
#include <variant>

#include "controller/source/objects.hpp"

namespace holdfast::controller {

/// An object of any kind that a source delivers. Immutable, shared, never null.
using Object =
    std::variant<std::shared_ptr<GatewayClass const>, std::shared_ptr<Gateway const>,
                 std::shared_ptr<WebSocketRoute const>, std::shared_ptr<Service const>,
                 std::shared_ptr<EndpointSlice const>, std::shared_ptr<Secret const>,
                 std::shared_ptr<ReferenceGrant const>, std::shared_ptr<Namespace const>>;

/// What names an object among all others.
struct ObjectId {
    std::string kind;
    std::string key;  ///< ObjectMeta::key().

    friend auto operator<=>(ObjectId const&, ObjectId const&) = default;
};

[[nodiscard]] ObjectId id_of(Object const& object);

/// `WebSocketRoute default/chat`: how problems and logs call an object.
[[nodiscard]] std::string to_string(ObjectId const& id);

/// True for two objects of one kind with equal contents, whether or not they are the same one.
[[nodiscard]] bool equal(Object const& a, Object const& b);

}  // namespace holdfast::controller
