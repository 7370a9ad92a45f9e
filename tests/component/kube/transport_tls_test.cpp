// Goal: only the cluster's own server is spoken to, and rotated files count for the next
// connection. Method: a scripted server with certificates of a CA of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/kube/cpprest_transport.hpp"
#include "tests/support/fake_api_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_ca.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using test::ApiConnection;
using test::ApiRequest;
using testing::HasSubstr;

Request get() {
    Request request;
    request.target = "/version";
    request.silence_timeout = 10s;
    return request;
}

class TransportTlsTest : public testing::Test {
protected:
    TransportTlsTest() {
        // Closes after each answer, so that every call is a new connection.
        server_.on("", [](ApiConnection& client, ApiRequest const&) {
            client.answer(200, client.client_name() + "|" + client.server_name(),
                          "Connection: close\r\n");
            client.close();
        });
    }
    void serve(test::TestCa::Wish const& wish, std::string const& client_ca = {}) {
        server_.use_tls(ca_.issue(wish), client_ca);
        cluster_.server = server_.url();
        cluster_.ca.text = ca_.pem();
    }
    [[nodiscard]] Outcome<Answer> call() const {
        return cpprest_transport(cluster_)->call(get(), {});
    }
    [[nodiscard]] std::string complaint() const {
        auto const result = call();
        return result ? "answered" : to_string(result.error());
    }

    test::TestCa ca_{"cluster-ca"};
    test::FakeApiServer server_;
    Cluster cluster_;
};

TEST_F(TransportTlsTest, SpeaksToTheServerOfTheClustersCa) {
    serve({});
    auto const answer = call();
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    EXPECT_EQ(answer->body, "|");
}

TEST_F(TransportTlsTest, RefusesAServerOfAnotherCa) {
    serve({});
    cluster_.ca.text = test::TestCa("other-ca").pem();
    EXPECT_EQ(complaint(),
              "GET " + server_.url() +
                  "/version: TLS: unable to get local issuer certificate: certificate of "
                  "CN=server, issued by CN=cluster-ca, shown as 127.0.0.1");
}

TEST_F(TransportTlsTest, RefusesACertificateOfAnotherName) {
    serve({.names = "DNS:kubernetes.default.svc"});
    EXPECT_THAT(complaint(), HasSubstr("TLS: IP address mismatch: certificate of CN=server"));
}

TEST_F(TransportTlsTest, RefusesAnExpiredCertificate) {
    serve({.valid_for = -1h});
    EXPECT_THAT(complaint(), HasSubstr("TLS: certificate has expired: certificate of CN=server"));
}

TEST_F(TransportTlsTest, ExpectsAndAsksForTheServerNameOfTheCluster) {
    serve({.names = "DNS:kubernetes.default.svc"});
    cluster_.server_name = "kubernetes.default.svc";
    EXPECT_EQ(call()->body, "|kubernetes.default.svc");
    cluster_.server_name = "other.default.svc";
    EXPECT_THAT(complaint(), HasSubstr("TLS: hostname mismatch: certificate of CN=server"));
}

TEST_F(TransportTlsTest, BelievesAnybodyWhenToldTo) {
    serve({.names = "DNS:other", .valid_for = -1h});
    cluster_.ca = {};
    cluster_.insecure_skip_tls_verify = true;
    EXPECT_EQ(call()->status, 200);
}

TEST_F(TransportTlsTest, TrustsNoSystemCaBesideTheClusters) {
    serve({});
    cluster_.ca.text = "no certificate";
    EXPECT_THAT(complaint(), HasSubstr("the cluster's CA holds no usable certificate"));
}

TEST_F(TransportTlsTest, ShowsItsCertificate) {
    serve({}, ca_.pem());
    model::Certificate const client = ca_.issue({.common_name = "admin"});
    cluster_.client_certificate.text = client.chain_pem;
    cluster_.client_key.text = client.key_pem;
    EXPECT_EQ(call()->body, "admin|");
}

TEST_F(TransportTlsTest, SaysWhyTheServerTurnsItAway) {
    serve({}, ca_.pem());
    model::Certificate const client = test::TestCa("other-ca").issue();
    cluster_.client_certificate.text = client.chain_pem;
    cluster_.client_key.text = client.key_pem;
    EXPECT_THAT(complaint(), HasSubstr("TLS: the server says: unknown CA"));
}

TEST_F(TransportTlsTest, SaysThatCertificateAndKeyDoNotFit) {
    serve({}, ca_.pem());
    cluster_.client_certificate.text = ca_.issue().chain_pem;
    cluster_.client_key.text = ca_.issue().key_pem;
    EXPECT_THAT(complaint(), HasSubstr("cannot use the client certificate's key"));
}

TEST_F(TransportTlsTest, TakesAReplacedCaForTheNextConnection) {
    test::TemporaryDirectory const directory;
    serve({});
    cluster_.ca = {{}, directory / "ca.crt"};
    test::write_file(cluster_.ca.file, test::TestCa("old-ca").pem());
    auto const transport = cpprest_transport(cluster_);
    EXPECT_FALSE(transport->call(get(), {}).has_value());
    test::replace_file(cluster_.ca.file, ca_.pem());
    EXPECT_TRUE(transport->call(get(), {}).has_value());
}

TEST_F(TransportTlsTest, TakesAReplacedClientCertificateForTheNextConnection) {
    test::TemporaryDirectory const directory;
    serve({}, ca_.pem());
    cluster_.client_certificate.file = directory / "tls.crt";
    cluster_.client_key.file = directory / "tls.key";
    auto const transport = cpprest_transport(cluster_);
    for (std::string const name : {"old", "new"}) {
        model::Certificate const client = ca_.issue({.common_name = name});
        test::replace_file(cluster_.client_certificate.file, client.chain_pem);
        test::replace_file(cluster_.client_key.file, client.key_pem);
        EXPECT_EQ(transport->call(get(), {})->body, name + "|");
    }
}

TEST_F(TransportTlsTest, LeavesAConnectionWhoseCertificateIsRefused) {
    serve({}, ca_.pem());
    server_.on("", [](ApiConnection& client, ApiRequest const&) {
        client.answer(client.client_name() == "new" ? 200 : 401, "");
    });
    test::TemporaryDirectory const directory;
    cluster_.client_certificate.file = directory / "tls.crt";
    cluster_.client_key.file = directory / "tls.key";
    auto const transport = cpprest_transport(cluster_);
    for (std::string const name : {"old", "new"}) {
        model::Certificate const client = ca_.issue({.common_name = name});
        test::replace_file(cluster_.client_certificate.file, client.chain_pem);
        test::replace_file(cluster_.client_key.file, client.key_pem);
        EXPECT_EQ(transport->call(get(), {})->status, name == "new" ? 200 : 401);
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
