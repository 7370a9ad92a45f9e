// Goal: certificates that do what mTLS between controller and data planes needs, and files that
// nobody loses. Method: OpenSSL's own verification of what lies on disk afterwards.
#include "controller/certgen/certgen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "controller/push/identity.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

template <class Read>
auto read_pem(fs::path const& path, Read read) {
    std::FILE* const file = std::fopen(path.c_str(), "r");
    auto* const result = read(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    return result;
}

class CertgenTest : public ::testing::Test {
protected:
    void SetUp() override {
        options_.out = directory_ / "certs";
        options_.leaves.gateways = {"default/edge"};
    }

    [[nodiscard]] Certificate certificate(char const* name) const {
        return {read_pem(options_.out / name, PEM_read_X509), &X509_free};
    }
    [[nodiscard]] Key key(char const* name) const {
        return {read_pem(options_.out / name, PEM_read_PrivateKey), &EVP_PKEY_free};
    }
    /// True when `name` verifies against ca.crt for `purpose`, `days` from now.
    [[nodiscard]] bool verifies(char const* name, int purpose, int days = 0) const {
        Certificate const ca = certificate("ca.crt");
        Certificate const leaf = certificate(name);
        std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> const store(X509_STORE_new(),
                                                                            &X509_STORE_free);
        X509_STORE_add_cert(store.get(), ca.get());
        std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> const context(
            X509_STORE_CTX_new(), &X509_STORE_CTX_free);
        X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
        X509_STORE_CTX_set_purpose(context.get(), purpose);
        X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
        X509_STORE_CTX_set_time(context.get(), 0, std::time(nullptr) + days * 86'400L);
        return X509_verify_cert(context.get()) == 1;
    }

    test::TemporaryDirectory const directory_;
    CertgenOptions options_;
};

TEST_F(CertgenTest, WritesSixFilesForTheirOwnerOnly) {
    auto const written = certgen(options_);
    ASSERT_TRUE(written.has_value());
    EXPECT_EQ(written->size(), 6u);
    for (fs::path const& path : *written) {
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u) << path;
    }
}

TEST_F(CertgenTest, MakesAServerCertificateAndAClientCertificateOfOneCa) {
    ASSERT_TRUE(certgen(options_).has_value());
    EXPECT_TRUE(verifies("controller.crt", X509_PURPOSE_SSL_SERVER));
    EXPECT_TRUE(verifies("dataplane.crt", X509_PURPOSE_SSL_CLIENT));
    EXPECT_FALSE(verifies("controller.crt", X509_PURPOSE_SSL_CLIENT));
    EXPECT_FALSE(verifies("dataplane.crt", X509_PURPOSE_SSL_SERVER));
}

TEST_F(CertgenTest, MakesEachKeyFitItsCertificate) {
    ASSERT_TRUE(certgen(options_).has_value());
    EXPECT_EQ(X509_check_private_key(certificate("ca.crt").get(), key("ca.key").get()), 1);
    EXPECT_EQ(
        X509_check_private_key(certificate("controller.crt").get(), key("controller.key").get()),
        1);
    EXPECT_EQ(
        X509_check_private_key(certificate("dataplane.crt").get(), key("dataplane.key").get()), 1);
}

TEST_F(CertgenTest, NamesTheControllerByEveryHostNameAndTheLoopbackAddresses) {
    options_.leaves.dns = {"localhost", "holdfast-controller.holdfast-system.svc"};
    ASSERT_TRUE(certgen(options_).has_value());
    Certificate const leaf = certificate("controller.crt");
    for (std::string const& name : options_.leaves.dns) {
        EXPECT_EQ(X509_check_host(leaf.get(), name.c_str(), name.size(), 0, nullptr), 1) << name;
    }
    EXPECT_EQ(X509_check_host(leaf.get(), "holdfast-controller", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "::1", 0), 1);
}

TEST_F(CertgenTest, NamesTheGatewayInTheDataPlanesCertificateOnly) {
    ASSERT_TRUE(certgen(options_).has_value());
    EXPECT_THAT(gateways_of(certificate("dataplane.crt").get()), ElementsAre("default/edge"));
    EXPECT_THAT(gateways_of(certificate("controller.crt").get()), ElementsAre());
    EXPECT_THAT(gateways_of(certificate("ca.crt").get()), ElementsAre());
}

TEST_F(CertgenTest, NamesEveryGatewayThatIsGiven) {
    options_.leaves.gateways = {"default/edge", "default/inner"};
    ASSERT_TRUE(certgen(options_).has_value());
    EXPECT_THAT(gateways_of(certificate("dataplane.crt").get()),
                ElementsAre("default/edge", "default/inner"));
}

TEST_F(CertgenTest, SignsNewLeavesWithACaThatIsThereAlready) {
    ASSERT_TRUE(certgen(options_).has_value());
    CertgenOptions next = options_;
    next.ca = options_.out;
    next.out = directory_ / "next";
    auto const written = certgen(next);
    ASSERT_TRUE(written.has_value());
    EXPECT_THAT(*written, ElementsAre(next.out / "controller.crt", next.out / "controller.key",
                                      next.out / "dataplane.crt", next.out / "dataplane.key"));
    for (char const* file : {"controller.crt", "dataplane.crt"}) {
        fs::copy_file(next.out / file, options_.out / file, fs::copy_options::overwrite_existing);
    }
    EXPECT_TRUE(verifies("controller.crt", X509_PURPOSE_SSL_SERVER));
    EXPECT_TRUE(verifies("dataplane.crt", X509_PURPOSE_SSL_CLIENT));
}

TEST_F(CertgenTest, RefusesACaThatItCannotSignWith) {
    options_.ca = directory_ / "none";
    EXPECT_THAT(certgen(options_).error().detail, HasSubstr("none"));
    // A leaf is no CA, though its key fits.
    CertgenOptions first = options_;
    first.ca.clear();
    ASSERT_TRUE(certgen(first).has_value());
    fs::create_directory(options_.ca);
    fs::copy_file(options_.out / "controller.crt", options_.ca / "ca.crt");
    fs::copy_file(options_.out / "controller.key", options_.ca / "ca.key");
    options_.out = directory_ / "next";
    EXPECT_FALSE(certgen(options_).has_value());
    EXPECT_FALSE(fs::exists(options_.out));
}

TEST_F(CertgenTest, MakesLeavesThatEndAndACaThatLasts) {
    options_.leaves.days = 30;
    ASSERT_TRUE(certgen(options_).has_value());
    EXPECT_TRUE(verifies("dataplane.crt", X509_PURPOSE_SSL_CLIENT, 29));
    EXPECT_FALSE(verifies("dataplane.crt", X509_PURPOSE_SSL_CLIENT, 31));
    EXPECT_TRUE(verifies("ca.crt", X509_PURPOSE_ANY, 3649));
    EXPECT_FALSE(verifies("ca.crt", X509_PURPOSE_ANY, 3651));
}

TEST_F(CertgenTest, OverwritesNothingAndWritesNothingWhenOneFileIsThere) {
    fs::create_directory(options_.out);
    std::ofstream(options_.out / "dataplane.key") << "precious";
    auto const written = certgen(options_);
    ASSERT_FALSE(written.has_value());
    EXPECT_THAT(written.error().detail, HasSubstr("dataplane.key"));
    EXPECT_EQ(std::distance(fs::directory_iterator(options_.out), {}), 1);
    std::ifstream file(options_.out / "dataplane.key");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "precious");
}

TEST_F(CertgenTest, RefusesValuesThatWouldMeanSomethingElse) {
    CertgenOptions gateway = options_;
    gateway.leaves.gateways = {"default/edge", "edge"};
    EXPECT_THAT(certgen(gateway).error().detail, HasSubstr("--gateway"));
    CertgenOptions dns = options_;
    dns.leaves.dns = {"good.example,IP:10.0.0.1"};
    EXPECT_THAT(certgen(dns).error().detail, HasSubstr("--dns"));
    CertgenOptions days = options_;
    days.leaves.days = 0;
    EXPECT_THAT(certgen(days).error().detail, HasSubstr("--days"));
    EXPECT_FALSE(fs::exists(options_.out));
}

}  // namespace
}  // namespace holdfast::controller
