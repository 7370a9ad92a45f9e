#include "controller/kube/discovery.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

#include "controller/kube/api_status.hpp"
#include "controller/kube/json_members.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

bool takes_new_objects(json::object const* resource) {
    json::array const* const verbs = array_member(resource, "verbs");
    return verbs != nullptr && std::ranges::any_of(*verbs, [](json::value const& verb) {
               return verb == json::string_view("create");
           });
}

/// Of a group version.
Outcome<bool> takes_new_objects(std::string_view body, std::string_view plural) {
    boost::system::error_code error;
    json::value const root = json::parse(body, error);
    json::array const* const resources =
        array_member(error ? nullptr : root.if_object(), "resources");
    if (resources == nullptr) return Failure{error, "the answer is no list of resources"};
    return std::ranges::any_of(*resources, [plural](json::value const& one) {
        json::object const* const resource = one.if_object();
        return text_member(resource, "name") == plural && takes_new_objects(resource);
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
