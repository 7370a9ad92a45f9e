#include "common/base/not_after.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

#include "common/base/openssl.hpp"

namespace holdfast {

std::optional<WallClock::time_point> not_after(X509 const* certificate) {
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return std::nullopt;
    return WallClock::from_time_t(::timegm(&time));
}

std::optional<WallClock::time_point> not_after(std::string const& file) {
    openssl::Owned<BIO> const bio(BIO_new_file(file.c_str(), "r"));
    openssl::Owned<X509> const certificate(
        bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    // A file that is not there leaves its complaint to whoever asks OpenSSL next.
    ERR_clear_error();
    return certificate ? not_after(certificate.get()) : std::nullopt;
}

}  // namespace holdfast
