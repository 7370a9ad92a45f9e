#include "controller/certgen.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <utility>

#include "common/base/openssl.hpp"
#include "common/model/hostname.hpp"
#include "common/model/syntax.hpp"
#include "controller/private_files.hpp"
#include "controller/push/identity.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;

constexpr int kCaDays = 3650;
constexpr int kLeafDaysMax = 3650;
/// How far clocks of controller and data planes may be apart when the certificates are new.
constexpr long kClockSkewSeconds = 300;

using openssl::Owned;
using Key = Owned<EVP_PKEY>;
using Certificate = Owned<X509>;

/// A certificate with its key.
struct Identity {
    Certificate certificate;
    Key key;
};

/// What differs between the certificates.
struct Profile {
    std::string common_name;
    int days = 0;
    std::vector<std::pair<int, std::string>> extensions;  ///< NID and OpenSSL's text form.
};

Outcome<void> check(CertgenOptions const& options);
Profile ca_profile();
Profile controller_profile(CertgenOptions const& options);
Profile dataplane_profile(CertgenOptions const& options);
/// The CA that lies in a directory.
Outcome<Identity> load_ca(fs::path const& directory);
/// Signed by `issuer`, or by itself when there is none. An empty identity when OpenSSL refuses.
Identity issue(Profile const& profile, Identity const* issuer);
bool fill(X509* certificate, Profile const& profile, EVP_PKEY* key, Identity const* issuer);
bool extend(X509* certificate, X509* issuer, Profile const& profile);
/// Appends `NAME.crt` and `NAME.key`. False when OpenSSL refuses.
bool add_files(std::vector<PrivateFile>& files, std::string const& name, Identity const& identity);
Failure openssl_failure(std::string const& what);

}  // namespace

Outcome<std::vector<fs::path>> certgen(CertgenOptions const& options) {
    if (auto checked = check(options); !checked) {
        return std::move(checked).error();
    }
    bool const is_new = options.ca.empty();
    auto const ca = is_new ? Outcome<Identity>(issue(ca_profile(), nullptr)) : load_ca(options.ca);
    if (!ca) {
        return ca.error();
    }
    Identity const controller = issue(controller_profile(options), &*ca);
    Identity const dataplane = issue(dataplane_profile(options), &*ca);
    std::vector<PrivateFile> files;
    bool const made = controller.certificate && dataplane.certificate &&
                      (!is_new || add_files(files, "ca", *ca)) &&
                      add_files(files, "controller", controller) &&
                      add_files(files, "dataplane", dataplane);
    if (!made) {
        return openssl_failure("cannot make certificates");
    }
    return write_private_files(options.out, files);
}

namespace {

Outcome<void> check(CertgenOptions const& options) {
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

Profile controller_profile(CertgenOptions const& options) {
    std::string names = "IP:127.0.0.1,IP:::1";
    for (std::string const& name : options.dns) {
        names += ",DNS:" + name;
    }
    return leaf_profile("holdfast-controller", options.days, "serverAuth", std::move(names));
}

Profile dataplane_profile(CertgenOptions const& options) {
    std::string names;
    for (std::string const& gateway : options.gateways) {
        names += (names.empty() ? "URI:" : ",URI:") + gateway_uri(gateway);
    }
    return leaf_profile("holdfast-dataplane", options.days, "clientAuth", std::move(names));
}

Outcome<Identity> load_ca(fs::path const& directory) {
    Owned<BIO> const certificate(BIO_new_file((directory / "ca.crt").c_str(), "r"));
    Owned<BIO> const key(BIO_new_file((directory / "ca.key").c_str(), "r"));
    Identity ca;
    if (certificate && key) {
        ca.certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
        ca.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    }
    bool const usable = ca.certificate && ca.key && X509_check_ca(ca.certificate.get()) == 1 &&
                        X509_check_private_key(ca.certificate.get(), ca.key.get()) == 1;
    if (!usable) {
        return openssl_failure("cannot use ca.crt and ca.key in " + directory.string());
    }
    return ca;
}

Identity issue(Profile const& profile, Identity const* issuer) {
    Key key(EVP_EC_gen("P-256"));
    Certificate certificate(X509_new());
    if (!key || !certificate || (issuer != nullptr && !issuer->key)) {
        return {};
    }
    EVP_PKEY* const signer = issuer != nullptr ? issuer->key.get() : key.get();
    bool const made = fill(certificate.get(), profile, key.get(), issuer) &&
                      X509_sign(certificate.get(), signer, EVP_sha256()) > 0;
    return made ? Identity{std::move(certificate), std::move(key)} : Identity{};
}

bool fill(X509* certificate, Profile const& profile, EVP_PKEY* key, Identity const* issuer) {
    // A random number of 127 bits: positive, and unique without a record of those given out.
    std::array<unsigned char, 16> serial{};
    if (RAND_bytes(serial.data(), serial.size()) != 1) {
        return false;
    }
    serial[0] &= 0x7F;
    Owned<BIGNUM> const number(BN_bin2bn(serial.data(), serial.size(), nullptr));
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509* const issued_by = issuer != nullptr ? issuer->certificate.get() : certificate;
    return number && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -kClockSkewSeconds) != nullptr &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), profile.days, 0, nullptr) != nullptr &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(
               subject, "CN", MBSTRING_UTF8,
               reinterpret_cast<unsigned char const*>(profile.common_name.c_str()), -1, -1,
               0) == 1 &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issued_by)) == 1 &&
           extend(certificate, issued_by, profile);
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

/// What `write` writes as PEM; empty when OpenSSL refuses.
template <class Write>
std::string pem(Write write) {
    Owned<BIO> const bio(BIO_new(BIO_s_mem()));
    if (!bio || write(bio.get()) != 1) {
        return {};
    }
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

bool add_files(std::vector<PrivateFile>& files, std::string const& name, Identity const& identity) {
    if (!identity.certificate) {
        return false;
    }
    std::string certificate =
        pem([&](BIO* bio) { return PEM_write_bio_X509(bio, identity.certificate.get()); });
    std::string key = pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, identity.key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr);
    });
    bool const written = !certificate.empty() && !key.empty();
    files.push_back({name + ".crt", std::move(certificate)});
    files.push_back({name + ".key", std::move(key)});
    return written;
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
