#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::controller::kube {

/// A member of an object; what is not there, or is of another kind, counts as empty: nullptr, no
/// text, 0. So does every member of nullptr.
[[nodiscard]] boost::json::object const* object_member(boost::json::object const* object,
                                                       std::string_view name);
[[nodiscard]] boost::json::array const* array_member(boost::json::object const* object,
                                                     std::string_view name);
[[nodiscard]] std::string text_member(boost::json::object const* object, std::string_view name);
[[nodiscard]] std::int64_t number_member(boost::json::object const* object, std::string_view name);

}  // namespace holdfast::controller::kube
