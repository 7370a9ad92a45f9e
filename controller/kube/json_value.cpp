#include "controller/kube/json_value.hpp"

#include <boost/json/serialize.hpp>

#include <string>

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

Value integer(std::int64_t number) {
    Value value(Value::Kind::integer, {});
    value.integer = number;
    value.text = std::to_string(number);
    return value;
}

Value list(json::array const& array) {
    Value value(Value::Kind::list, {});
    value.items.reserve(array.size());
    for (json::value const& item : array) {
        value.items.push_back(to_value(item));
    }
    return value;
}

Value map(json::object const& object) {
    Value value(Value::Kind::map, {});
    value.members.reserve(object.size());
    for (auto const& [name, member] : object) {
        value.members.push_back({.name = std::string(name), .at = {}, .value = to_value(member)});
    }
    return value;
}

}  // namespace

Value to_value(json::value const& json) {
    switch (json.kind()) {
        case json::kind::null:
            return {};
        case json::kind::bool_: {
            Value value(Value::Kind::boolean, {});
            value.boolean = json.get_bool();
            value.text = value.boolean ? "true" : "false";
            return value;
        }
        case json::kind::int64:
            return integer(json.get_int64());
        case json::kind::string: {
            Value value(Value::Kind::string, {});
            value.text = json.get_string();
            return value;
        }
        case json::kind::array:
            return list(json.get_array());
        case json::kind::object:
            return map(json.get_object());
        case json::kind::uint64:
        case json::kind::double_:
            break;
    }
    Value value(Value::Kind::number, {});
    value.text = json::serialize(json);
    return value;
}

}  // namespace holdfast::controller::kube
