#include "controller/certgen/tls_secret.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

#include "controller/kube/json_members.hpp"
#include "controller/source/base64.hpp"

namespace json = boost::json;

namespace holdfast::controller {
namespace {

using kube::object_member;
using kube::text_member;

constexpr std::string_view kLabel = "app.kubernetes.io/managed-by";
constexpr std::string_view kMaker = "holdfast-certgen";
constexpr std::string_view kCertificate = "tls.crt";
constexpr std::string_view kKey = "tls.key";
constexpr std::string_view kCa = "ca.crt";

}  // namespace

TlsSecret new_tls_secret(std::string_view name_space, std::string_view name) {
    json::object const labels{{kLabel, kMaker}};
    return {
        .content = {},
        .ours = true,
        .object = {{"apiVersion", "v1"},
                   {"kind", "Secret"},
                   {"metadata", {{"namespace", name_space}, {"name", name}, {"labels", labels}}},
                   {"type", "kubernetes.io/tls"}}};
}

Outcome<TlsSecret> parse_tls_secret(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    json::object* const object = error ? nullptr : value.if_object();
    if (text_member(object, "kind") != "Secret") {
        return Failure{error, "the API server's answer is no Secret"};
    }
    json::object const* const data = object_member(object, "data");
    auto const decoded = [data](std::string_view key) {
        return decode_base64(text_member(data, key)).value_or("");
    };
    json::object const* const labels = object_member(object_member(object, "metadata"), "labels");
    return TlsSecret{
        .content = {.pem = {.certificate = decoded(kCertificate), .key = decoded(kKey)},
                    .ca = decoded(kCa)},
        .ours = text_member(labels, kLabel) == kMaker,
        .object = std::move(*object)};
}

std::string to_json(TlsSecret const& secret) {
    json::object object = secret.object;
    object.erase("data");
    // As text, which the API server turns into data.
    json::object texts{{kCertificate, secret.content.pem.certificate},
                       {kKey, secret.content.pem.key}};
    if (!secret.content.ca.empty()) texts[kCa] = secret.content.ca;
    object["stringData"] = std::move(texts);
    return json::serialize(object);
}

}  // namespace holdfast::controller
