#include "controller/kube/list_page.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

json::object const* metadata(json::object const& object) {
    json::value const* const value = object.if_contains("metadata");
    return value == nullptr ? nullptr : value->if_object();
}

std::string text(json::object const* object, std::string_view name) {
    json::value const* const value = object == nullptr ? nullptr : object->if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

}  // namespace

Outcome<ListPage> parse_list(std::string_view body) {
    boost::system::error_code error;
    json::value value = json::parse(body, error);
    json::object* const list = error ? nullptr : value.if_object();
    json::value* const items = list == nullptr ? nullptr : list->if_contains("items");
    // What is taken for an empty list takes everything away.
    bool const good = list != nullptr && text(list, "kind").ends_with("List") &&
                      !version_of(*list).empty() &&
                      (items == nullptr || items->is_array() || items->is_null());
    if (!good) return Failure{error, "the answer is no list of objects"};
    ListPage page{.version = version_of(*list),
                  .continue_at = text(metadata(*list), "continue"),
                  .items = {}};
    // An empty list of a built-in kind may be null.
    if (items != nullptr && items->is_array()) {
        for (json::value& item : items->get_array()) {
            if (item.is_object()) page.items.push_back(std::move(item.get_object()));
        }
    }
    return page;
}

std::string key_of(json::object const& object) {
    json::object const* const meta = metadata(object);
    std::string const name_space = text(meta, "namespace");
    return (name_space.empty() ? "" : name_space + '/') + text(meta, "name");
}

std::string version_of(json::object const& object) {
    return text(metadata(object), "resourceVersion");
}

}  // namespace holdfast::controller::kube
