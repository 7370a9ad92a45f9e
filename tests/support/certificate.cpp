#include "tests/support/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "common/base/assert.hpp"

namespace holdfast::test {
namespace {

struct Free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    long const length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

void add_name(X509* certificate, std::string const& host) {
    X509_NAME* const name = X509_get_subject_name(certificate);
    auto const* const bytes = reinterpret_cast<unsigned char const*>(host.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    std::string const names = "DNS:" + host;
    Owned<X509_EXTENSION> const extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    HOLDFAST_ASSERT(X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

model::Certificate make_certificate(std::string const& host) {
    Owned<EVP_PKEY> const key(EVP_EC_gen("P-256"));
    Owned<X509> const certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
    X509_set_pubkey(certificate.get(), key.get());
    add_name(certificate.get(), host);
    HOLDFAST_ASSERT(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);

    Owned<BIO> const chain_pem(BIO_new(BIO_s_mem()));
    Owned<BIO> const key_pem(BIO_new(BIO_s_mem()));
    HOLDFAST_ASSERT(PEM_write_bio_X509(chain_pem.get(), certificate.get()) == 1);
    HOLDFAST_ASSERT(PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1);
    return {text_of(chain_pem.get()), text_of(key_pem.get())};
}

}  // namespace holdfast::test
