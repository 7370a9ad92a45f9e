// Goal: no table that a data plane cannot serve gets past validate. Method: a good table, broken in
// one place per test. Here: listeners, certificates, backends; routes are in validate_route_test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_table.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/model/validate_draft.hpp"

namespace holdfast::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MATCHER_P3(IsProblem, object, field, message_part, "") {
    return arg.object == object && arg.field == field &&
           arg.message.find(message_part) != std::string::npos;
}

TEST(Validate, PassesAGoodTable) {
    Draft draft;
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.serve_https();
    EXPECT_THAT(draft.problems(), IsEmpty());
}

TEST(Validate, PassesEveryRandomTable) {
    test::Random random(test::seed());
    for (int round = 0; round < 200; ++round) {
        Table const table = test::random_table(random);
        ASSERT_THAT(validate(table), IsEmpty());
        ASSERT_THAT(validate(test::random_change(table, random)), IsEmpty());
    }
}

TEST(Validate, WantsTheNameOfTheGateway) {
    Draft draft;
    draft.gateway = "edge";
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Table", "gateway", "namespace/name")));
}

TEST(Validate, TellsSeveralProblemsAtOnceInAFixedOrder) {
    Draft draft;
    draft.gateway = "";
    draft.listener().port = 0;
    draft.backend().endpoints[0].address = "nonsense";
    draft.rule().drain_code = 1000;
    draft.route().generation = -1;
    EXPECT_THAT(
        draft.problems(),
        ElementsAre(IsProblem("Table", "gateway", ""), IsProblem("Listener web", "port", ""),
                    IsProblem("Backend default/chat:80", "endpoints[0].address", ""),
                    IsProblem("Route default/chat", "generation", ""),
                    IsProblem("Route default/chat", "rules[0].drainCode", "")));
}

// --- listeners ---

TEST(ValidateListener, WantsItsKeyAsItsName) {
    Draft draft;
    draft.listener().name = "other";
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Listener web", "name", "\"other\"")));
}

TEST(ValidateListener, WantsAPort) {
    Draft draft;
    draft.listener().port = 0;
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Listener web", "port", "1 to 65535")));
}

TEST(ValidateListener, WantsAHostNameOrAWildcardOrNone) {
    Draft draft;
    draft.route().attachments[0].hostnames = {""};
    draft.listener().hostname = "";
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.listener().hostname = "Example.com";
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Listener web", "hostname", "host name")));
}

TEST(ValidateListener, TakesCertificatesForHttpsOnly) {
    Draft draft;
    draft.serve_https();
    draft.listener().protocol = ListenerProtocol::http;
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Listener web", "certificates", "empty for http")));
}

TEST(ValidateListener, TakesAnHttpsListenerWhoseCertificatesAreAllBad) {
    Draft draft;
    draft.listener().protocol = ListenerProtocol::https;
    EXPECT_THAT(draft.problems(), testing::IsEmpty());
}

TEST(ValidateListener, WantsItsCertificatesInTheTable) {
    Draft draft;
    draft.serve_https();
    draft.listener().certificates.push_back("default/missing");
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Listener web", "certificates[1]", "default/missing")));
}

TEST(ValidateListener, SharesAPortOnlyWithItsOwnProtocol) {
    Draft draft;
    draft.serve_https();
    draft.listeners["plain"] = {"plain", 80, ListenerProtocol::http, "other.com", {}};
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Listener web", "protocol", "this port")));
}

TEST(ValidateListener, SharesAPortOnlyUnderAnotherHostName) {
    Draft draft;
    draft.listeners["twin"] = {"twin", 80, ListenerProtocol::http, "*.example.com", {}};
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Listener web", "hostname", "this port")));
    draft.listeners["twin"].hostname = "";
    EXPECT_THAT(draft.problems(), IsEmpty());
}

// --- certificates ---

TEST(ValidateCertificate, WantsItsKeyAsNamespaceAndName) {
    Draft draft;
    draft.certificates["tls"] = test::make_certificate("a");
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Certificate tls", "", "namespace/name")));
}

TEST(ValidateCertificate, WantsAChain) {
    for (char const* chain : {"", "nonsense",
                              "-----BEGIN CERTIFICATE-----\nAAAA\n"
                              "-----END CERTIFICATE-----\n"}) {
        Draft draft;
        draft.serve_https();
        draft.certificates["default/tls"].chain_pem = chain;
        EXPECT_THAT(draft.problems(),
                    ElementsAre(IsProblem("Certificate default/tls", "chainPem", "PEM")));
    }
}

TEST(ValidateCertificate, WantsEveryCertificateOfTheChainToBeReadable) {
    Draft draft;
    draft.serve_https();
    std::string& chain = draft.certificates["default/tls"].chain_pem;
    std::string const first = chain;
    chain = first + first;
    EXPECT_THAT(draft.problems(), IsEmpty());
    chain = first + first.substr(0, first.size() / 2);
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Certificate default/tls", "chainPem", "after the first")));
}

TEST(ValidateCertificate, WantsAKeyAndNeverShowsIt) {
    Draft draft;
    draft.serve_https();
    draft.certificates["default/tls"].key_pem = "secret nonsense";
    auto const problems = draft.problems();
    EXPECT_THAT(problems, ElementsAre(IsProblem("Certificate default/tls", "keyPem", "PEM")));
    EXPECT_THAT(problems[0].message, testing::Not(HasSubstr("secret")));
}

TEST(ValidateCertificate, RefusesAnEncryptedKeyWithoutAskingAnybody) {
    Draft draft;
    draft.serve_https();
    draft.certificates["default/tls"].key_pem =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Certificate default/tls", "keyPem", "passphrase")));
}

TEST(ValidateCertificate, WantsTheKeyToFit) {
    Draft draft;
    draft.serve_https();
    draft.certificates["default/tls"].key_pem = test::make_certificate("other").key_pem;
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Certificate default/tls", "keyPem", "does not belong")));
}

// --- backends ---

TEST(ValidateBackend, WantsItsKeyAsServiceAndPort) {
    Draft draft;
    draft.backends["default/chat"] = {};
    EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Backend default/chat", "", ":port")));
}

TEST(ValidateBackend, TakesLoopbackAddressesAndNoEndpointsAtAll) {
    Draft draft;
    draft.backend().endpoints = {{"127.0.0.1", 80, EndpointState::ready},
                                 {"::1", 80, EndpointState::serving},
                                 {"fd00::1", 80, EndpointState::ready}};
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.backend().endpoints.clear();
    EXPECT_THAT(draft.problems(), IsEmpty());
}

TEST(ValidateBackend, RefusesWhatIsNoAddressOfOneHost) {
    for (char const* address :
         {"", "chat", "10.0.0", "[::1]", "fe80::1%eth0", "0.0.0.0", "::", "::ffff:0.0.0.0",
          "224.0.0.1", "239.1.1.1", "ff02::1", "::ffff:224.0.0.1", "169.254.169.254", "fe80::1",
          "::ffff:169.254.1.1", "255.255.255.255"}) {
        Draft draft;
        draft.backend().endpoints[0].address = address;
        EXPECT_THAT(draft.problems(), ElementsAre(IsProblem("Backend default/chat:80",
                                                            "endpoints[0].address", address)));
    }
}

TEST(ValidateBackend, WantsAPort) {
    Draft draft;
    draft.backend().endpoints[0].port = 0;
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Backend default/chat:80", "endpoints[0].port", "1 to")));
}

TEST(ValidateBackend, WantsEndpointsSortedAndUnique) {
    Draft draft;
    draft.backend().endpoints = {{"10.0.0.2", 80, EndpointState::ready},
                                 {"10.0.0.1", 80, EndpointState::ready},
                                 {"10.0.0.1", 80, EndpointState::serving}};
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsProblem("Backend default/chat:80", "endpoints[1]", "sorted"),
                            IsProblem("Backend default/chat:80", "endpoints[2]", "already")));
}

}  // namespace
}  // namespace holdfast::model
