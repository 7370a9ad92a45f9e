#include <openssl/err.h>
#include <openssl/pem.h>

#include "common/base/openssl.hpp"
#include "common/model/syntax.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::model {
namespace {

using Bio = openssl::Owned<BIO>;
using X509Certificate = openssl::Owned<X509>;
using PrivateKey = openssl::Owned<EVP_PKEY>;

/// The first certificate of the chain; null, and reported, unless all of the chain can be read.
X509Certificate read_chain(std::string const& pem, Place const& place);
PrivateKey read_key(std::string const& pem);

}  // namespace

void validate_certificate(std::string_view key, Certificate const& certificate,
                          std::vector<Problem>& problems) {
    Place const place("Certificate", key, problems);
    if (!is_object_key(key)) {
        place.problem("key must be namespace/name");
    }
    Place const key_place(place, "keyPem");
    auto const leaf = read_chain(certificate.chain_pem, Place(place, "chainPem"));
    auto const private_key = read_key(certificate.key_pem);
    if (!private_key) {
        key_place.problem("must be one private key in PEM, without a passphrase");
    } else if (leaf && X509_check_private_key(leaf.get(), private_key.get()) != 1) {
        key_place.problem("does not belong to the first certificate of chainPem");
    }
    // What OpenSSL queued on the way is told above; left there, it would be taken for the cause
    // of this thread's next failure.
    ERR_clear_error();
}

namespace {

Bio reading(std::string const& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// In place of OpenSSL's own callback, which asks on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

X509Certificate read_chain(std::string const& pem, Place const& place) {
    ERR_clear_error();
    Bio const bio = reading(pem);
    X509Certificate leaf(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!leaf) {
        place.problem("must be certificates in PEM, the server's own first");
        return nullptr;
    }
    while (X509Certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))) {
    }
    // The end of the text is reported as the lack of another first line; all else is damage.
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        place.problem("holds a certificate, after the first, that cannot be read");
        return nullptr;
    }
    return leaf;
}

PrivateKey read_key(std::string const& pem) {
    Bio const bio = reading(pem);
    return PrivateKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

}  // namespace
}  // namespace holdfast::model
