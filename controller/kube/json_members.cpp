#include "controller/kube/json_members.hpp"

#include <boost/json/value.hpp>

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

json::value const* member(json::object const* object, std::string_view name) {
    return object == nullptr ? nullptr : object->if_contains(name);
}

}  // namespace

json::object const* object_member(json::object const* object, std::string_view name) {
    json::value const* const value = member(object, name);
    return value == nullptr ? nullptr : value->if_object();
}

json::array const* array_member(json::object const* object, std::string_view name) {
    json::value const* const value = member(object, name);
    return value == nullptr ? nullptr : value->if_array();
}

std::string text_member(json::object const* object, std::string_view name) {
    json::value const* const value = member(object, name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::int64_t number_member(json::object const* object, std::string_view name) {
    json::value const* const value = member(object, name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace holdfast::controller::kube
