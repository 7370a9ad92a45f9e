#include "controller/kube/discovery.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

#include "controller/kube/api_status.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

bool has_list(json::object const& object, std::string_view name) {
    json::value const* const value = object.if_contains(name);
    return value != nullptr && value->is_array();
}

json::array const& list(json::object const& object, std::string_view name) {
    static json::array const empty;
    return has_list(object, name) ? object.at(name).get_array() : empty;
}

/// Of a group version.
Outcome<bool> takes_new_objects(std::string_view body, std::string_view plural) {
    boost::system::error_code error;
    json::value const root = json::parse(body, error);
    json::object const* const resources = error ? nullptr : root.if_object();
    if (resources == nullptr || !has_list(*resources, "resources")) {
        return Failure{error, "the answer is no list of resources"};
    }
    return std::ranges::any_of(list(*resources, "resources"), [&](json::value const& one) {
        json::object const* const resource = one.if_object();
        json::value const* const name = resource ? resource->if_contains("name") : nullptr;
        if (name == nullptr || *name != json::string_view(plural)) return false;
        return std::ranges::any_of(list(*resource, "verbs"), [](json::value const& verb) {
            return verb == json::string_view("create");
        });
    });
}

}  // namespace

Outcome<bool> is_defined(Outcome<Answer> const& discovery, std::string_view plural) {
    if (!discovery) return discovery.error();
    if (discovery->status == 404) return false;
    if (discovery->status != 200) return Failure{{}, to_string(api_status(*discovery))};
    return takes_new_objects(discovery->body, plural);
}

}  // namespace holdfast::controller::kube
