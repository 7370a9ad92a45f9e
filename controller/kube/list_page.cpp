#include "controller/kube/list_page.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <utility>

#include "controller/kube/json_members.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
Outcome<ListPage> parse_list(std::string_view body) {
    boost::system::error_code error;
    json::value value = json::parse(body, error);
    json::object* const list = error ? nullptr : value.if_object();
    json::value* const items = list == nullptr ? nullptr : list->if_contains("items");
    // What is taken for an empty list takes everything away.
    bool const good = list != nullptr && text_member(list, "kind").ends_with("List") &&
                      !version_of(*list).empty() &&
                      (items == nullptr || items->is_array() || items->is_null());
    if (!good) return Failure{error, "the answer is no list of objects"};
    ListPage page{.version = version_of(*list),
                  .continue_at = text_member(object_member(list, "metadata"), "continue"),
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
    json::object const* const meta = object_member(&object, "metadata");
    std::string const name_space = text_member(meta, "namespace");
    return (name_space.empty() ? "" : name_space + '/') + text_member(meta, "name");
}

std::string version_of(json::object const& object) {
    return text_member(object_member(&object, "metadata"), "resourceVersion");
}

std::uint64_t version_number(std::string_view version) noexcept {
    std::uint64_t value = 0;
    std::from_chars(version.data(), version.data() + version.size(), value);
    return value;
}

}  // namespace holdfast::controller::kube
