#include "tests/support/test_ca.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include "common/base/assert.hpp"

namespace holdfast::test {
namespace {

using openssl::Owned;
using std::chrono::seconds;

Owned<X509> draft(EVP_PKEY* key, std::string const& common_name, seconds valid_for) {
    static long serial = 0;
    Owned<X509> certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_for.count());
    X509_set_pubkey(certificate.get(), key);
    auto const* const name = reinterpret_cast<unsigned char const*>(common_name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC, name,
                               -1, -1, 0);
    return certificate;
}

void extend(X509* certificate, int kind, std::string const& value) {
    Owned<X509_EXTENSION> const extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    HOLDFAST_ASSERT(X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    long const length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string pem_of(X509* certificate) {
    Owned<BIO> const bio(BIO_new(BIO_s_mem()));
    HOLDFAST_ASSERT(PEM_write_bio_X509(bio.get(), certificate) == 1);
    return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
    Owned<BIO> const bio(BIO_new(BIO_s_mem()));
    HOLDFAST_ASSERT(
        PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return text_of(bio.get());
}

}  // namespace

TestCa::TestCa(std::string const& common_name)
    : key_(EVP_EC_gen("P-256")),
      certificate_(draft(key_.get(), common_name, std::chrono::hours(24))) {
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    HOLDFAST_ASSERT(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
    pem_ = pem_of(certificate_.get());
}

model::Certificate TestCa::issue(Wish const& wish) const {
    Owned<EVP_PKEY> const key(EVP_EC_gen("P-256"));
    Owned<X509> const certificate = draft(key.get(), wish.common_name, wish.valid_for);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    extend(certificate.get(), NID_subject_alt_name, wish.names);
    HOLDFAST_ASSERT(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
    return {pem_of(certificate.get()), pem_of(key.get())};
}

}  // namespace holdfast::test
