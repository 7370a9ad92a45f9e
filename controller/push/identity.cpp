#include "controller/push/identity.hpp"

#include <openssl/x509v3.h>

#include "common/base/openssl.hpp"

namespace holdfast::controller {
namespace {

constexpr std::string_view kPrefix = "spiffe://holdfast/gateway/";

}  // namespace

std::string gateway_uri(std::string_view gateway) {
    return std::string(kPrefix) + std::string(gateway);
}

std::vector<std::string> alternative_names(X509 const* certificate, int kind) {
    openssl::Owned<GENERAL_NAMES> const names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> found;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        GENERAL_NAME const* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != kind) continue;
        // Both kinds are texts of the same type.
        ASN1_IA5STRING const* const text = name->d.ia5;
        found.emplace_back(reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
                           static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    return found;
}

std::vector<std::string> gateways_of(X509 const* certificate) {
    std::vector<std::string> gateways;
    for (std::string const& uri : alternative_names(certificate, GEN_URI)) {
        if (uri.starts_with(kPrefix)) gateways.push_back(uri.substr(kPrefix.size()));
    }
    return gateways;
}

}  // namespace holdfast::controller
