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

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain) {
            result += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            result += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
        }
    }
    return result;
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
