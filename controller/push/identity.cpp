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

std::vector<std::string> gateways_of(X509 const* certificate) {
    openssl::Owned<GENERAL_NAMES> const names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> gateways;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        GENERAL_NAME const* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_URI) continue;
        ASN1_IA5STRING const* const text = name->d.uniformResourceIdentifier;
        std::string_view const uri(reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
                                   static_cast<std::size_t>(ASN1_STRING_length(text)));
        if (uri.starts_with(kPrefix)) {
            gateways.emplace_back(uri.substr(kPrefix.size()));
        }
    }
    return gateways;
}

}  // namespace holdfast::controller
