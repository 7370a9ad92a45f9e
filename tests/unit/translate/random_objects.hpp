#pragma once

#include <random>
#include <vector>

#include "controller/source/any_object.hpp"

namespace holdfast::test {

/// Up to eighty objects of every kind, good and bad ones, in a world so small that they meet: few
/// names, namespaces, hosts, ports and addresses. No two have the same id.
[[nodiscard]] std::vector<controller::Object> random_objects(std::mt19937_64& random);

/// Objects that nothing in random_objects can refer to, or that refer to nothing in it.
[[nodiscard]] std::vector<controller::Object> unrelated_objects();

/// The same objects with everything in another order whose order has no meaning: the objects, the
/// endpoints of slices, the slices' names, the rules of grants, the listeners of Gateways.
[[nodiscard]] std::vector<controller::Object> reordered(std::vector<controller::Object> objects,
                                                        std::mt19937_64& random);

}  // namespace holdfast::test
