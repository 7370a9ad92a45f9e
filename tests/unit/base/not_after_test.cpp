// Goal: the end of a certificate is read as it is written.
// Method: a certificate made here, with a notAfter of our own; files that hold none.

#include "common/base/not_after.hpp"

#include <gmock/gmock.h>
#include <openssl/pem.h>

#include <cstdio>

#include "common/base/openssl.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr std::time_t kEnd = 1'900'000'000;

/// Signed by nobody: only its dates are read.
openssl::Owned<X509> certificate_until(std::time_t end) {
    openssl::Owned<X509> made(X509_new());
    openssl::Owned<EVP_PKEY> const key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    X509_set_pubkey(made.get(), key.get());
    ASN1_TIME_set(X509_getm_notBefore(made.get()), 0);
    ASN1_TIME_set(X509_getm_notAfter(made.get()), end);
    X509_sign(made.get(), key.get(), EVP_sha256());
    return made;
}

TEST(NotAfter, ACertificateEndsAtItsNotAfter) {
    EXPECT_THAT(not_after(certificate_until(kEnd).get()),
                Optional(Eq(WallClock::from_time_t(kEnd))));
}

TEST(NotAfter, AFilesFirstCertificateCounts) {
    test::TemporaryDirectory const folder;
    auto const path = (folder / "chain.pem").string();
    std::FILE* const file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    PEM_write_X509(file, certificate_until(kEnd).get());
    PEM_write_X509(file, certificate_until(kEnd + 1).get());
    std::fclose(file);
    EXPECT_THAT(not_after(path), Optional(Eq(WallClock::from_time_t(kEnd))));
}

TEST(NotAfter, AFileWithoutACertificateHasNoEnd) {
    test::TemporaryDirectory const folder;
    EXPECT_EQ(not_after((folder / "absent.pem").string()), std::nullopt);
    EXPECT_EQ(not_after(std::string("/dev/null")), std::nullopt);
}

}  // namespace
}  // namespace holdfast
