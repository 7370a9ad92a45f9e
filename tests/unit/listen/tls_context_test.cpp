// Goal: which certificate answers which server name, and what a table with bad ones is told.
// Method: certificates made by the test; no socket. Handshakes are component_dataplane's.
#include <gtest/gtest.h>

#include "dataplane/listen/tls_context.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::listen {
namespace {

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
    for (auto const* const name : {"ns/exact", "ns/wild", "ns/any"})
        certificate(name, "x.example");
    listener("any", "", {"ns/any"});
    listener("wild", "*.example.com", {"ns/wild"});
    listener("exact", "a.example.com", {"ns/exact"});
    auto const contexts = build();

    EXPECT_EQ(contexts->certificate_for(443, "a.example.com"), "ns/exact");
    EXPECT_EQ(contexts->certificate_for(443, "b.example.com"), "ns/wild");
    EXPECT_EQ(contexts->certificate_for(443, "b.c.example.com"), "ns/wild");
    EXPECT_EQ(contexts->certificate_for(443, "example.com"), "ns/any");
    EXPECT_EQ(contexts->certificate_for(443, ""), "ns/any");
}

TEST_F(TlsContextsTest, GreetsUnknownNamesWithTheLeastSpecificListener) {
    certificate("ns/a", "a.example.com");
    certificate("ns/wild", "x.example.org");
    listener("a", "a.example.com", {"ns/a"});
    listener("wild", "*.example.org", {"ns/wild"});
    EXPECT_EQ(build()->certificate_for(443, "nobody.example.net"), "ns/wild");
}

TEST_F(TlsContextsTest, ChoosesAmongAListenersCertificatesByName) {
    certificate("ns/first", "a.example.com");
    certificate("ns/second", "b.example.com");
    listener("any", "", {"ns/first", "ns/second"});
    auto const contexts = build();

    EXPECT_EQ(contexts->certificate_for(443, "b.example.com"), "ns/second");
    EXPECT_EQ(contexts->certificate_for(443, "c.example.com"), "ns/first");
}

TEST_F(TlsContextsTest, HasNoCertificateForAListenerWithoutOne) {
    certificate("ns/wild", "*.example.com");
    listener("bare", "a.example.com", {});
    listener("wild", "*.example.com", {"ns/wild"});
    auto const contexts = build();

    EXPECT_EQ(contexts->certificate_for(443, "a.example.com"), "");
    EXPECT_EQ(contexts->context_for(443, "a.example.com"), nullptr);
    EXPECT_EQ(contexts->certificate_for(443, "b.example.com"), "ns/wild");
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
    EXPECT_EQ(contexts->certificate_for(80, "a.example.com"), "");
}

TEST_F(TlsContextsTest, KeepsTheContextOfACertificateThatDidNotChange) {
    certificate("ns/same", "a.example.com");
    certificate("ns/new", "b.example.com");
    listener("a", "a.example.com", {"ns/same"});
    listener("b", "b.example.com", {"ns/new"});
    auto const before = build();
    certificate("ns/new", "b.example.com");
    auto const after = build(before.get());

    auto const context_of = [](TlsContexts const& contexts, std::string_view name) {
        return contexts.context_for(443, name);
    };
    EXPECT_EQ(context_of(*before, "a.example.com"), context_of(*after, "a.example.com"));
    EXPECT_NE(context_of(*before, "b.example.com"), context_of(*after, "b.example.com"));
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
