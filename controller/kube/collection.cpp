#include "controller/kube/collection.hpp"

namespace holdfast::controller::kube {

std::string group_path(std::string const& api_version) {
    return (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
}

std::string list_target(Collection const& collection) {
    std::string target = group_path(collection.api_version);
    if (!collection.name_space.empty()) target += "/namespaces/" + collection.name_space;
    target += '/' + collection.plural + '?';
    // Names of objects need no escaping: RFC 1123.
    if (!collection.name.empty())
        target += "fieldSelector=metadata.name%3D" + collection.name + '&';
    return target;
}

std::string object_path(Collection const& collection, std::string const& key) {
    std::size_t const slash = key.find('/');
    std::string path = group_path(collection.api_version);
    if (slash != std::string::npos) path += "/namespaces/" + key.substr(0, slash);
    return path + '/' + collection.plural + '/' +
           (slash == std::string::npos ? key : key.substr(slash + 1));
}

std::string to_string(Collection const& collection) {
    std::string text = collection.plural;
    if (!collection.name_space.empty()) text += ' ' + collection.name_space;
    if (!collection.name.empty()) {
        text += (collection.name_space.empty() ? " " : "/") + collection.name;
    }
    return text;
}

}  // namespace holdfast::controller::kube
