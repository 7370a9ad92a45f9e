#include "controller/certgen/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <utility>

#include "common/model/hostname.hpp"
#include "common/model/syntax.hpp"
#include "controller/push/identity.hpp"

namespace holdfast::controller {
namespace {

using openssl::Owned;

constexpr int kCaDays = 3650;
constexpr int kLeafDaysMax = 3650;
/// How far clocks of controller and data planes may be apart when the certificates are new.
constexpr long kClockSkewSeconds = 300;

/// What differs between the certificates.
struct Profile {
    std::string common_name;
    int days = 0;
    std::vector<std::pair<int, std::string>> extensions;  ///< NID and OpenSSL's text form.
};

Profile ca_profile();
Profile controller_profile(LeafOptions const& options);
Profile dataplane_profile(LeafOptions const& options);
/// Signed by `issuer`, or by itself when there is none.
Outcome<Identity> issue(Profile const& profile, Identity const* issuer);
bool fill(X509* certificate, Profile const& profile, EVP_PKEY* key, X509* issuer);
bool extend(X509* certificate, X509* issuer, Profile const& profile);
Owned<BIO> reader(std::string const& text);
/// In place of a question at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }
Failure openssl_failure(std::string const& what);

/// What `write` writes as PEM; empty when OpenSSL refuses.
template <class Write>
std::string written(Write write) {
    Owned<BIO> const bio(BIO_new(BIO_s_mem()));
    if (!bio || write(bio.get()) != 1) {
        return {};
    }
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Outcome<void> check(LeafOptions const& options) {
    if (options.gateways.empty()) {
        return Failure{{}, "--gateway is needed"};
    }
    for (std::string const& gateway : options.gateways) {
        if (!model::is_object_key(gateway)) {
            return Failure{{}, "--gateway must be NAMESPACE/NAME"};
        }
    }
    for (std::string const& name : options.dns) {
        if (!model::is_hostname_pattern(name)) {
            return Failure{{}, "--dns must be a host name: " + name};
        }
    }
    if (options.days < 1 || options.days > kLeafDaysMax) {
        return Failure{{}, "--days must be from 1 to 3650"};
    }
    return {};
}

Outcome<Identity> make_ca() { return issue(ca_profile(), nullptr); }

Outcome<Identity> make_leaf(Leaf leaf, LeafOptions const& options, Identity const& ca) {
    Profile const profile =
        leaf == Leaf::controller ? controller_profile(options) : dataplane_profile(options);
    return issue(profile, &ca);
}

Outcome<IdentityPem> to_pem(Identity const& identity) {
    IdentityPem pem{.certificate = written([&](BIO* bio) {
                        return PEM_write_bio_X509(bio, identity.certificate.get());
                    }),
                    .key = written([&](BIO* bio) {
                        return PEM_write_bio_PKCS8PrivateKey(bio, identity.key.get(), nullptr,
                                                             nullptr, 0, nullptr, nullptr);
                    })};
    if (pem.certificate.empty() || pem.key.empty()) {
        return openssl_failure("cannot write a certificate");
    }
    return pem;
}

Owned<X509> read_certificate(std::string const& pem) {
    Owned<BIO> const bio = reader(pem);
    return Owned<X509>(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

Outcome<Identity> read_identity(IdentityPem const& pem) {
    ERR_clear_error();
    Identity identity{.certificate = read_certificate(pem.certificate), .key = {}};
    if (!identity.certificate) return openssl_failure("no certificate");
    if (Owned<BIO> const bio = reader(pem.key)) {
        identity.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
    }
    if (!identity.key) return openssl_failure("no key that can be read");
    if (X509_check_private_key(identity.certificate.get(), identity.key.get()) != 1) {
        return openssl_failure("the key is of another certificate");
    }
    return identity;
}

Outcome<Identity> read_ca(IdentityPem const& pem) {
    auto ca = read_identity(pem);
    if (ca && X509_check_ca(ca->certificate.get()) != 1) {
        return Failure{{}, "the certificate is not of a CA"};
    }
    return ca;
}

bool verifies(X509* certificate, X509* ca, int purpose, WallClock::time_point when) {
    Owned<X509_STORE> const store(X509_STORE_new());
    Owned<X509_STORE_CTX> const context(X509_STORE_CTX_new());
    bool const ready = store && context && X509_STORE_add_cert(store.get(), ca) == 1 &&
                       X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) == 1 &&
                       X509_STORE_CTX_set_purpose(context.get(), purpose) == 1;
    if (!ready) return false;
    X509_STORE_CTX_set_time(context.get(), 0, WallClock::to_time_t(when));
    return X509_verify_cert(context.get()) == 1;
}

namespace {

Profile ca_profile() {
    return {.common_name = "holdfast CA",
            .days = kCaDays,
            .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {NID_subject_key_identifier, "hash"}}};
}

Profile leaf_profile(std::string common_name, int days, char const* usage, std::string names) {
    return {.common_name = std::move(common_name),
            .days = days,
            .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, usage},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"},
                           {NID_subject_alt_name, std::move(names)}}};
}

Profile controller_profile(LeafOptions const& options) {
    std::string names = "IP:127.0.0.1,IP:::1";
    for (std::string const& name : options.dns) {
        names += ",DNS:" + name;
    }
    return leaf_profile("holdfast-controller", options.days, "serverAuth", std::move(names));
}

Profile dataplane_profile(LeafOptions const& options) {
    std::string names;
    for (std::string const& gateway : options.gateways) {
        names += (names.empty() ? "URI:" : ",URI:") + gateway_uri(gateway);
    }
    return leaf_profile("holdfast-dataplane", options.days, "clientAuth", std::move(names));
}

Outcome<Identity> issue(Profile const& profile, Identity const* issuer) {
    ERR_clear_error();
    Identity made{.certificate = Owned<X509>(X509_new()),
                  .key = Owned<EVP_PKEY>(EVP_EC_gen("P-256"))};
    Identity const& signer = issuer != nullptr ? *issuer : made;
    bool const good =
        made.certificate && made.key &&
        fill(made.certificate.get(), profile, made.key.get(), signer.certificate.get()) &&
        X509_sign(made.certificate.get(), signer.key.get(), EVP_sha256()) > 0;
    if (!good) return openssl_failure("cannot make a certificate");
    return made;
}

bool fill(X509* certificate, Profile const& profile, EVP_PKEY* key, X509* issuer) {
    // A random number of 127 bits: positive, and unique without a record of those given out.
    std::array<unsigned char, 16> serial{};
    if (RAND_bytes(serial.data(), serial.size()) != 1) {
        return false;
    }
    serial[0] &= 0x7F;
    Owned<BIGNUM> const number(BN_bin2bn(serial.data(), serial.size(), nullptr));
    X509_NAME* const subject = X509_get_subject_name(certificate);
    return number && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -kClockSkewSeconds) != nullptr &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), profile.days, 0, nullptr) != nullptr &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(
               subject, "CN", MBSTRING_UTF8,
               reinterpret_cast<unsigned char const*>(profile.common_name.c_str()), -1, -1,
               0) == 1 &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           extend(certificate, issuer, profile);
}

bool extend(X509* certificate, X509* issuer, Profile const& profile) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    for (auto const& [nid, text] : profile.extensions) {
        Owned<X509_EXTENSION> const extension(
            X509V3_EXT_conf_nid(nullptr, &context, nid, text.c_str()));
        if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
            return false;
        }
    }
    return true;
}

Owned<BIO> reader(std::string const& text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Failure openssl_failure(std::string const& what) {
    std::array<char, 256> text{};
    unsigned long const code = ERR_get_error();
    if (code != 0) {
        ERR_error_string_n(code, text.data(), text.size());
    }
    std::string const cause(text.data());
    return Failure{{}, cause.empty() ? what : what + ": " + cause};
}

}  // namespace
}  // namespace holdfast::controller
