// Goal: which certificate answers which server name, and what a table with bad ones is told.
// Method: certificates made by the test; handshakes in memory. Sockets are component_dataplane's.
#include <gtest/gtest.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>

#include "dataplane/listen/tls_context.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::listen {
namespace {

/// How a client was greeted.
struct Greeting {
    std::string certificate;           ///< Its common name; empty where the handshake failed.
    SSL_CTX const* context = nullptr;  ///< What the server greeted with.
};

Greeting greet(TlsContexts const& contexts, std::string const& server_name) {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> const context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    std::unique_ptr<SSL, decltype(&SSL_free)> const client(SSL_new(context.get()), SSL_free);
    std::unique_ptr<SSL, decltype(&SSL_free)> const server(contexts.new_server(443), SSL_free);
    BIO* client_end = nullptr;
    BIO* server_end = nullptr;
    BIO_new_bio_pair(&client_end, 0, &server_end, 0);
    SSL_set_bio(client.get(), client_end, client_end);
    SSL_set_bio(server.get(), server_end, server_end);
    SSL_set_connect_state(client.get());
    if (!server_name.empty()) SSL_set_tlsext_host_name(client.get(), server_name.c_str());
    // A flight each; TLS 1.3 takes two of the client's, TLS 1.2 as many.
    for (int flight = 0; flight < 3; ++flight) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    if (SSL_is_init_finished(client.get()) == 0 || SSL_is_init_finished(server.get()) == 0) {
        ERR_clear_error();
        return {};
    }
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(client.get())),
                              NID_commonName, name.data(), static_cast<int>(name.size()));
    return {.certificate = name.data(), .context = SSL_get_SSL_CTX(server.get())};
}

class TlsContextsTest : public testing::Test {
protected:
    void certificate(std::string const& name, std::string const& host) {
        table_.certificates[name] =
            std::make_shared<model::Certificate const>(test::make_certificate(host));
    }

    void listener(std::string const& name, std::string const& hostname,
                  std::vector<std::string> certificates) {
        table_.listeners[name] = std::make_shared<model::Listener const>(
            model::Listener{.name = name,
                            .port = 443,
                            .protocol = model::ListenerProtocol::https,
                            .hostname = hostname,
                            .certificates = std::move(certificates)});
    }

    std::shared_ptr<TlsContexts const> build(TlsContexts const* previous = nullptr) {
        auto built = TlsContexts::build(table_, previous);
        EXPECT_TRUE(built.has_value());
        return built.has_value() ? *built : nullptr;
    }

    model::Table table_;
};

TEST_F(TlsContextsTest, PrefersTheExactNameToTheWildcardAndThatToAnyName) {
    for (std::string const name : {"exact", "wild", "any"})
        certificate("ns/" + name, name + ".cert.example");
    listener("any", "", {"ns/any"});
    listener("wild", "*.example.com", {"ns/wild"});
    listener("exact", "a.example.com", {"ns/exact"});
    auto const contexts = build();

    EXPECT_EQ(greet(*contexts, "a.example.com").certificate, "exact.cert.example");
    EXPECT_EQ(greet(*contexts, "b.example.com").certificate, "wild.cert.example");
    EXPECT_EQ(greet(*contexts, "b.c.example.com").certificate, "wild.cert.example");
    EXPECT_EQ(greet(*contexts, "example.com").certificate, "any.cert.example");
    EXPECT_EQ(greet(*contexts, "").certificate, "any.cert.example");
}

TEST_F(TlsContextsTest, GreetsUnknownNamesWithTheLeastSpecificListener) {
    certificate("ns/a", "a.example.com");
    certificate("ns/wild", "x.example.org");
    listener("a", "a.example.com", {"ns/a"});
    listener("wild", "*.example.org", {"ns/wild"});
    auto const contexts = build();

    EXPECT_EQ(greet(*contexts, "nobody.example.net").certificate, "x.example.org");
}

TEST_F(TlsContextsTest, ChoosesAmongAListenersCertificatesByName) {
    certificate("ns/first", "a.example.com");
    certificate("ns/second", "b.example.com");
    listener("any", "", {"ns/first", "ns/second"});
    auto const contexts = build();

    EXPECT_EQ(greet(*contexts, "b.example.com").certificate, "b.example.com");
    EXPECT_EQ(greet(*contexts, "c.example.com").certificate, "a.example.com");
}

TEST_F(TlsContextsTest, HasNoCertificateForAListenerWithoutOne) {
    certificate("ns/wild", "*.example.com");
    listener("bare", "a.example.com", {});
    listener("wild", "*.example.com", {"ns/wild"});
    auto const contexts = build();

    EXPECT_EQ(greet(*contexts, "a.example.com").certificate, "");
    EXPECT_EQ(greet(*contexts, "b.example.com").certificate, "*.example.com");
}

TEST_F(TlsContextsTest, StillSpeaksTlsOnAPortWithoutAnyCertificate) {
    listener("bare", "", {});
    auto const contexts = build();

    ASSERT_TRUE(contexts->is_tls(443));
    SSL* const ssl = contexts->new_server(443);
    EXPECT_NE(ssl, nullptr);
    SSL_free(ssl);
}

TEST_F(TlsContextsTest, KnowsWhichPortsSpeakTls) {
    certificate("ns/a", "a.example.com");
    listener("a", "a.example.com", {"ns/a"});
    table_.listeners["plain"] = std::make_shared<model::Listener const>(
        model::Listener{.name = "plain", .port = 80, .hostname = {}, .certificates = {}});
    auto const contexts = build();

    EXPECT_TRUE(contexts->is_tls(443));
    EXPECT_FALSE(contexts->is_tls(80));
}

TEST_F(TlsContextsTest, KeepsTheContextOfACertificateThatDidNotChange) {
    certificate("ns/same", "a.example.com");
    certificate("ns/new", "b.example.com");
    listener("a", "a.example.com", {"ns/same"});
    listener("b", "b.example.com", {"ns/new"});
    auto const before = build();
    certificate("ns/new", "b.example.com");
    auto const after = build(before.get());

    EXPECT_EQ(greet(*before, "a.example.com").context, greet(*after, "a.example.com").context);
    EXPECT_NE(greet(*before, "b.example.com").context, greet(*after, "b.example.com").context);
}

TEST_F(TlsContextsTest, TellsWhenCertificatesExpire) {
    certificate("ns/a", "a.example.com");
    auto const expiries = build()->expiries();

    ASSERT_EQ(expiries.size(), 1u);
    EXPECT_EQ(expiries[0].certificate, "ns/a");
    EXPECT_GT(expiries[0].not_after, WallClock::now());
    EXPECT_LT(expiries[0].not_after, WallClock::now() + std::chrono::hours(49));
}

TEST_F(TlsContextsTest, NamesTheCertificateAndTheFieldThatCannotBeRead) {
    certificate("ns/chain", "a.example.com");
    certificate("ns/key", "b.example.com");
    auto chain = *table_.certificates["ns/chain"];
    chain.chain_pem = "nonsense";
    table_.certificates["ns/chain"] = std::make_shared<model::Certificate const>(chain);
    auto key = *table_.certificates["ns/key"];
    key.key_pem = test::make_certificate("c.example.com").key_pem;
    table_.certificates["ns/key"] = std::make_shared<model::Certificate const>(key);

    auto const built = TlsContexts::build(table_, nullptr);

    ASSERT_TRUE(built.has_error());
    ASSERT_EQ(built.error().size(), 2u);
    EXPECT_EQ(built.error()[0].object, "Certificate ns/chain");
    EXPECT_EQ(built.error()[0].field, "chainPem");
    EXPECT_EQ(built.error()[1].object, "Certificate ns/key");
    EXPECT_EQ(built.error()[1].field, "keyPem");
}

TEST_F(TlsContextsTest, RefusesAChainThatBreaksOffBehindItsLeaf) {
    certificate("ns/a", "a.example.com");
    auto broken = *table_.certificates["ns/a"];
    broken.chain_pem += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    table_.certificates["ns/a"] = std::make_shared<model::Certificate const>(broken);

    EXPECT_TRUE(TlsContexts::build(table_, nullptr).has_error());
}

}  // namespace
}  // namespace holdfast::listen
