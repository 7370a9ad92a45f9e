#include "controller/source/any_object.hpp"

#include <type_traits>

namespace holdfast::controller {

ObjectId id_of(Object const& object) {
    return std::visit(
        [](auto const& pointer) {
            using Kind = std::remove_cvref_t<decltype(*pointer)>;
            return ObjectId{Kind::kKind, pointer->meta.key()};
        },
        object);
}

std::string to_string(ObjectId const& id) { return id.kind + " " + id.key; }

bool equal(Object const& a, Object const& b) {
    return std::visit(
        [&b](auto const& left) {
            using Pointer = std::remove_cvref_t<decltype(left)>;
            auto const* const right = std::get_if<Pointer>(&b);
            return right != nullptr && (left == *right || *left == **right);
        },
        a);
}

}  // namespace holdfast::controller
