#include "controller/certgen.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "common/model/hostname.hpp"
#include "common/model/syntax.hpp"
#include "controller/push/identity.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;

constexpr int kCaDays = 3650;
constexpr int kLeafDaysMax = 3650;
/// How far clocks of controller and data planes may be apart when the certificates are new.
constexpr long kClockSkewSeconds = 300;

struct Free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

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

struct File {
    std::string name;
    std::string content;
};

Result<void> check(CertgenOptions const& options);
Profile ca_profile();
Profile controller_profile(CertgenOptions const& options);
Profile dataplane_profile(CertgenOptions const& options);
/// Signed by `issuer`, or by itself when there is none. An empty identity when OpenSSL refuses.
Identity issue(Profile const& profile, Identity const* issuer);
bool fill(X509* certificate, Profile const& profile, EVP_PKEY* key, Identity const* issuer);
bool extend(X509* certificate, X509* issuer, Profile const& profile);
File certificate_file(std::string name, Identity const& identity);
File key_file(std::string name, Identity const& identity);
Result<std::vector<fs::path>> write_all(fs::path const& out, std::vector<File> const& files);
Result<void> write_new(fs::path const& path, std::string const& content);
Error system_error(int code, std::string detail);

}  // namespace

Result<std::vector<fs::path>> certgen(CertgenOptions const& options) {
    if (auto checked = check(options); !checked) {
        return std::move(checked).error();
    }
    Identity const ca = issue(ca_profile(), nullptr);
    Identity const controller = issue(controller_profile(options), &ca);
    Identity const dataplane = issue(dataplane_profile(options), &ca);
    if (!ca.certificate || !controller.certificate || !dataplane.certificate) {
        std::array<char, 256> text{};
        ERR_error_string_n(ERR_get_error(), text.data(), text.size());
        return Error{
            Reason::internal_error, {}, "cannot make certificates: " + std::string(text.data())};
    }
    return write_all(options.out, {
                                      certificate_file("ca.crt", ca),
                                      key_file("ca.key", ca),
                                      certificate_file("controller.crt", controller),
                                      key_file("controller.key", controller),
                                      certificate_file("dataplane.crt", dataplane),
                                      key_file("dataplane.key", dataplane),
                                  });
}

namespace {

Result<void> check(CertgenOptions const& options) {
    if (!model::is_object_key(options.gateway)) {
        return Error{Reason::internal_error, {}, "--gateway must be NAMESPACE/NAME"};
    }
    for (std::string const& name : options.dns) {
        if (!model::is_hostname_pattern(name)) {
            return Error{Reason::internal_error, {}, "--dns must be a host name: " + name};
        }
    }
    if (options.days < 1 || options.days > kLeafDaysMax) {
        return Error{Reason::internal_error, {}, "--days must be from 1 to 3650"};
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
    return leaf_profile("holdfast-dataplane", options.days, "clientAuth",
                        "URI:" + gateway_uri(options.gateway));
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
    std::unique_ptr<BIGNUM, decltype(&BN_free)> const number(
        BN_bin2bn(serial.data(), serial.size(), nullptr), &BN_free);
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
        std::unique_ptr<X509_EXTENSION, Free> const extension(
            X509V3_EXT_conf_nid(nullptr, &context, nid, text.c_str()));
        if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
            return false;
        }
    }
    return true;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

File certificate_file(std::string name, Identity const& identity) {
    std::unique_ptr<BIO, Free> const bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), identity.certificate.get());
    return {std::move(name), text_of(bio.get())};
}

File key_file(std::string name, Identity const& identity) {
    std::unique_ptr<BIO, Free> const bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), identity.key.get(), nullptr, nullptr, 0, nullptr,
                                  nullptr);
    return {std::move(name), text_of(bio.get())};
}

Result<std::vector<fs::path>> write_all(fs::path const& out, std::vector<File> const& files) {
    if (::mkdir(out.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_error(errno, "cannot make " + out.string());
    }
    std::vector<fs::path> written;
    for (File const& file : files) {
        if (fs::exists(out / file.name)) {
            return system_error(EEXIST, (out / file.name).string() + " is not overwritten");
        }
    }
    for (File const& file : files) {
        fs::path const path = out / file.name;
        if (auto result = write_new(path, file.content); !result) {
            // Half a set would stand in the way of the next try.
            for (fs::path const& done : written) {
                ::unlink(done.c_str());
            }
            return std::move(result).error();
        }
        written.push_back(path);
    }
    return written;
}

Result<void> write_new(fs::path const& path, std::string const& content) {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return system_error(errno, "cannot write " + path.string());
    }
    bool const whole =
        ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
    int const code = errno;
    if (::close(fd) != 0 || !whole) {
        ::unlink(path.c_str());
        return system_error(code, "cannot write " + path.string());
    }
    return {};
}

Error system_error(int code, std::string detail) {
    return {Reason::internal_error, {code, boost::system::system_category()}, std::move(detail)};
}

}  // namespace
}  // namespace holdfast::controller
