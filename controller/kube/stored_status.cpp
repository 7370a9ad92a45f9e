#include "controller/kube/stored_status.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "controller/kube/list_page.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {

bool refresh(StoredStatus& stored, std::string_view body) {
    boost::system::error_code error;
    json::value const root = json::parse(body, error);
    if (error || !root.is_object()) return false;
    json::object const& object = root.get_object();
    std::string version = version_of(object);
    if (version.empty() || key_of(object) != stored.id.key) return false;
    json::value const* const uid = root.find_pointer("/metadata/uid", error);
    if (uid != nullptr && uid->is_string() && uid->get_string() != stored.uid) return false;
    stored.resource_version = std::move(version);
    json::value const* const generation = root.find_pointer("/metadata/generation", error);
    if (generation != nullptr && generation->is_int64())
        stored.generation = generation->get_int64();
    json::value const* const status = object.if_contains("status");
    stored.status =
        status != nullptr && status->is_object() ? status->get_object() : json::object();
    return true;
}

}  // namespace holdfast::controller::kube
