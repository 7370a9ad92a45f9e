// Goal: who may have which table over mTLS, and what certificate rotation does. Method:
// certificates as certgen makes them, a real server on a port of the kernel's choice.
#include <gmock/gmock.h>

#include "controller/certgen/certgen.hpp"
#include "tests/component/push/push_fixture.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;
using test::ClientFiles;
using test::PushClient;

class PushTlsTest : public PushTest {
protected:
    void SetUp() override {
        PushTest::SetUp();
        issue("ours", test::kGateway);
        for (char const* file : {"controller.crt", "controller.key", "ca.crt"}) {
            install("ours", file);
        }
        on_server([&] {
            auto const bound = server_->listen_tls(
                {"127.0.0.1", 0},
                {served("controller.crt"), served("controller.key"), served("ca.crt")});
            ASSERT_TRUE(bound.has_value());
            address_ = *bound;
        });
        publish(test::chat_table());
    }

    void issue(std::string const& set, std::string const& gateway) {
        CertgenOptions options;
        options.out = directory_ / set;
        options.leaves.gateways = {gateway};
        ASSERT_TRUE(certgen(options).has_value());
    }
    /// By rename, as a rotation does it.
    void install(std::string const& set, std::string const& file) {
        fs::copy_file(directory_ / set / file, directory_ / "new");
        fs::rename(directory_ / "new", directory_ / file);
    }
    [[nodiscard]] std::string served(char const* file) const {
        return (directory_ / file).string();
    }
    [[nodiscard]] ClientFiles files(std::string const& set) const {
        fs::path const from = directory_ / set;
        return {from / "ca.crt", from / "dataplane.crt", from / "dataplane.key"};
    }
    [[nodiscard]] std::unique_ptr<PushClient> dial(ClientFiles const& with) {
        return PushClient::over_tls(address_, with);
    }

    Address address_;
};

TEST_F(PushTlsTest, GivesTheTableToTheCertificateOfItsGateway) {
    auto const client = dial(files("ours"));
    ASSERT_TRUE(client->connected());
    client->send(hello());
    EXPECT_EQ(client->expect<push::Snapshot>().version.hash,
              model::content_hash(test::chat_table()));
}

TEST_F(PushTlsTest, RefusesACertificateOfAnotherGateway) {
    issue("other", "default/other");
    // Signed by a CA that the controller trusts: only the name is wrong.
    install("other", "ca.crt");
    ClientFiles with = files("other");
    with.ca = directory_ / "ours" / "ca.crt";
    auto const client = dial(with);
    ASSERT_TRUE(client->connected());
    client->send(hello());
    EXPECT_EQ(client->wait_for_close(), 1008);
    on_server([&] { EXPECT_EQ(server_->totals().bytes, 0u); });
}

TEST_F(PushTlsTest, RefusesAPeerWithoutACertificate) {
    ClientFiles with = files("ours");
    with.certificate.clear();
    // In TLS 1.3 the client learns of it with its first read: the upgrade fails.
    EXPECT_FALSE(dial(with)->connected());
    EXPECT_TRUE(dial(files("ours"))->connected());
}

TEST_F(PushTlsTest, RefusesACertificateOfAnotherCa) {
    issue("strange", test::kGateway);
    ClientFiles with = files("strange");
    with.ca = directory_ / "ours" / "ca.crt";
    EXPECT_FALSE(dial(with)->connected());
}

TEST_F(PushTlsTest, RefusesAServerCertificateAsAClients) {
    ClientFiles with = files("ours");
    with.certificate = directory_ / "ours" / "controller.crt";
    with.key = directory_ / "ours" / "controller.key";
    EXPECT_FALSE(dial(with)->connected());
}

TEST_F(PushTlsTest, UsesRotatedFilesForNewStreamsAndKeepsTheOldOnes) {
    auto const before = dial(files("ours"));
    before->send(hello());
    auto const snapshot = before->expect<push::Snapshot>();
    acknowledge(*before, snapshot);

    issue("next", test::kGateway);
    for (char const* file : {"controller.crt", "controller.key", "ca.crt"}) {
        install("next", file);
    }
    auto const after = dial(files("next"));
    ASSERT_TRUE(after->connected());
    EXPECT_NE(after->server_certificate(), before->server_certificate());
    EXPECT_FALSE(dial(files("ours"))->connected());

    publish(test::table());
    EXPECT_EQ(before->expect<push::DeltaFrame>().version.hash, model::content_hash(test::table()));
}

TEST_F(PushTlsTest, GoesOnWithTheLastGoodFilesWhileARotationIsHalfDone) {
    issue("next", test::kGateway);
    install("next", "controller.crt");
    auto const client = dial(files("ours"));
    EXPECT_TRUE(client->connected());
    EXPECT_FALSE(dial(files("next"))->connected());
}

TEST_F(PushTlsTest, ReportsFilesThatItCannotUse) {
    boost::asio::io_context io(1);
    Publisher publisher;
    PushServer server(io, publisher);
    auto const bound = server.listen_tls(
        {"127.0.0.1", 0}, {served("none.crt"), served("none.key"), served("ca.crt")});
    ASSERT_FALSE(bound.has_value());
    EXPECT_THAT(bound.error().detail, ::testing::HasSubstr("none.crt"));
}

}  // namespace
}  // namespace holdfast::controller
