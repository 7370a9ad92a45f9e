// Goal: three Secrets that fit together, whatever was there before, wherever a run ends, and
// whoever else writes. Method: an API server of the test's own that counts requests; a run that
// ends, or another whole run, before each of them.
#include "controller/certgen/certgen_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/push/identity.hpp"
#include "tests/unit/certgen/secret_shelf.hpp"

namespace holdfast::controller {
namespace {

using test::SecretShelf;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Method = SecretShelf::Method;

struct Crash {};

class CertgenSecretsTest : public ::testing::Test {
protected:
    Outcome<void> run() {
        told_.clear();
        kube::RetryClock const clock{
            .now = [this] { return now_; },
            .wait = [this](std::chrono::milliseconds wait) { now_ += wait; }};
        return certgen_secrets(shelf_.transport(), options_, clock,
                               [this](SecretStep step, std::string const& key) {
                                   told_.push_back(to_string(step) + (' ' + key));
                               });
    }
    std::string refusal() {
        auto const outcome = run();
        return outcome ? "" : to_string(outcome.error());
    }
    /// The three Secrets do what they are for.
    void expect_good() {
        ASSERT_THAT(shelf_.stored(), SizeIs(3));
        auto const ca = read_ca(shelf_.read("edge-ca").content.pem);
        ASSERT_TRUE(ca.has_value());
        for (auto const& [name, leaf] : {std::pair("edge-controller-tls", Leaf::controller),
                                         std::pair("edge-dataplane-tls", Leaf::dataplane)}) {
            TlsContent const content = shelf_.read(name).content;
            EXPECT_EQ(leaf_step({.leaf = leaf, .options = options_.leaves, .ca = *ca}, &content,
                                WallClock::now()),
                      SecretStep::keep)
                << name;
        }
    }
    void forbid(Method method, char const* target) {
        shelf_.transport().on(method, std::string(SecretShelf::kPath) + target,
                              test::answer(403, R"({"kind":"Status","reason":"Forbidden",
                                  "message":"User \"me\" cannot do that"})"));
    }

    SecretShelf shelf_;
    CertgenSecretsOptions options_{
        .name_space = "ns",
        .prefix = "edge",
        .kubeconfig = {},
        .leaves = {.gateways = {"default/edge"}, .dns = {"push.ns.svc"}, .days = 90}};
    std::vector<std::string> told_;
    TimePoint now_;
};

TEST_F(CertgenSecretsTest, MakesThreeSecrets) {
    ASSERT_EQ(refusal(), "");
    EXPECT_THAT(told_, ElementsAre("made ns/edge-ca", "made ns/edge-controller-tls",
                                   "made ns/edge-dataplane-tls"));
    expect_good();
    for (auto const& [name, object] : shelf_.stored()) {
        EXPECT_EQ(object.at("type"), "kubernetes.io/tls") << name;
        EXPECT_EQ(object.at("metadata").at("namespace"), "ns") << name;
        EXPECT_EQ(object.at("metadata").at("labels").at("app.kubernetes.io/managed-by"),
                  "holdfast-certgen")
            << name;
        EXPECT_EQ(object.at("data").as_object().contains("ca.crt"), name != "edge-ca") << name;
    }
}

TEST_F(CertgenSecretsTest, KeepsWhatIsGood) {
    ASSERT_EQ(refusal(), "");
    auto const before = shelf_.stored();
    ASSERT_EQ(refusal(), "");
    EXPECT_THAT(told_, ElementsAre("kept ns/edge-ca", "kept ns/edge-controller-tls",
                                   "kept ns/edge-dataplane-tls"));
    EXPECT_EQ(shelf_.stored(), before);
}

TEST_F(CertgenSecretsTest, RenewsTheLeafThatIsNotGoodAnyMoreAndNothingElse) {
    ASSERT_EQ(refusal(), "");
    options_.leaves.gateways = {"default/other"};
    ASSERT_EQ(refusal(), "");
    EXPECT_THAT(told_, ElementsAre("kept ns/edge-ca", "kept ns/edge-controller-tls",
                                   "renewed ns/edge-dataplane-tls"));
    expect_good();
}

TEST_F(CertgenSecretsTest, KeepsWhatOthersWroteIntoASecretThatItRenews) {
    ASSERT_EQ(refusal(), "");
    auto& metadata = shelf_.stored().at("edge-dataplane-tls").at("metadata").as_object();
    metadata["annotations"] = {{"note", "kept"}};
    options_.leaves.gateways = {"default/other"};
    ASSERT_EQ(refusal(), "");
    auto const& after = shelf_.stored().at("edge-dataplane-tls").at("metadata");
    EXPECT_EQ(after.at("annotations").at("note"), "kept");
}

TEST_F(CertgenSecretsTest, MakesALeafAnewThatWasDeleted) {
    ASSERT_EQ(refusal(), "");
    shelf_.stored().erase("edge-controller-tls");
    ASSERT_EQ(refusal(), "");
    EXPECT_THAT(told_, ElementsAre("kept ns/edge-ca", "made ns/edge-controller-tls",
                                   "kept ns/edge-dataplane-tls"));
    expect_good();
}

TEST_F(CertgenSecretsTest, RenewsBothLeavesAfterTheCaWasDeleted) {
    ASSERT_EQ(refusal(), "");
    shelf_.stored().erase("edge-ca");
    ASSERT_EQ(refusal(), "");
    EXPECT_THAT(told_, ElementsAre("made ns/edge-ca", "renewed ns/edge-controller-tls",
                                   "renewed ns/edge-dataplane-tls"));
    expect_good();
}

TEST_F(CertgenSecretsTest, EndsWellWhereverARunBeforeItCrashed) {
    for (bool const renews : {false, true}) {
        for (std::size_t crash = 1; crash <= 6; ++crash) {
            SCOPED_TRACE(crash);
            shelf_.stored().clear();
            shelf_.before({});
            if (renews) {
                ASSERT_EQ(refusal(), "");
                shelf_.stored().erase("edge-ca");
            }
            shelf_.before([crash](std::size_t number) {
                if (number == crash) throw Crash();
            });
            EXPECT_THROW((void)run(), Crash);
            shelf_.before({});
            EXPECT_EQ(refusal(), "");
            expect_good();
        }
    }
}

TEST_F(CertgenSecretsTest, EndsWellWhenAnotherRunComesBetweenAnyTwoRequests) {
    for (bool const renews : {false, true}) {
        for (std::size_t meeting = 1; meeting <= 6; ++meeting) {
            SCOPED_TRACE(meeting);
            shelf_.stored().clear();
            shelf_.before({});
            if (renews) {
                ASSERT_EQ(refusal(), "");
                shelf_.stored().erase("edge-ca");
            }
            shelf_.before([&](std::size_t number) {
                if (number != meeting) return;
                shelf_.before({});
                EXPECT_EQ(refusal(), "");
            });
            EXPECT_EQ(refusal(), "");
            expect_good();
            auto const settled = shelf_.stored();
            EXPECT_EQ(refusal(), "");
            EXPECT_EQ(shelf_.stored(), settled);
        }
    }
}

TEST_F(CertgenSecretsTest, GivesUpWhenOthersWriteAllTheTime) {
    shelf_.transport().on(Method::post, SecretShelf::kPath, test::answer(409));
    EXPECT_THAT(refusal(), HasSubstr("ns/edge-ca is written by others"));
}

TEST_F(CertgenSecretsTest, NeverOverwritesASecretOfOthers) {
    for (char const* name : {"edge-ca", "edge-controller-tls", "edge-dataplane-tls"}) {
        ASSERT_EQ(refusal(), "");
        shelf_.stored().at(name).at("metadata").as_object().erase("labels");
        auto const before = shelf_.stored();
        options_.leaves.days = 365;  // None of the leaves is good any more.
        EXPECT_THAT(refusal(), AllOf(HasSubstr(name), HasSubstr("not overwritten")));
        EXPECT_EQ(shelf_.stored().at(name), before.at(name));
        options_.leaves.days = 90;
        shelf_.stored().clear();
    }
}

TEST_F(CertgenSecretsTest, RefusesACaThatItCannotUseAndLeavesItAlone) {
    TlsSecret secret = new_tls_secret("ns", "edge-ca");
    IdentityPem const leaf =
        to_pem(make_leaf(Leaf::controller, options_.leaves, make_ca().value()).value()).value();
    for (IdentityPem const& pem : {IdentityPem(), leaf}) {
        secret.content.pem = pem;
        shelf_.store("edge-ca", secret);
        EXPECT_THAT(refusal(), HasSubstr("Secret ns/edge-ca cannot be used as a CA"));
        EXPECT_EQ(shelf_.read("edge-ca").content.pem.certificate, pem.certificate);
    }
}

TEST_F(CertgenSecretsTest, NamesTheRightThatIsMissing) {
    ASSERT_EQ(refusal(), "");
    shelf_.stored().erase("edge-ca");
    forbid(Method::put, "/edge-controller-tls");
    EXPECT_THAT(refusal(),
                AllOf(HasSubstr("cannot do that"), HasSubstr("update secrets in ns, of the name "
                                                             "edge-controller-tls")));
    shelf_.stored().clear();
    forbid(Method::post, "");
    EXPECT_THAT(refusal(), AllOf(HasSubstr("cannot do that"), HasSubstr("create secrets in ns")));
    forbid(Method::get, "/edge-ca");
    EXPECT_THAT(refusal(), HasSubstr("get secrets in ns, of the name edge-ca"));
}

TEST_F(CertgenSecretsTest, TellsWhenThereIsNoSuchNamespace) {
    shelf_.transport().on(
        Method::post, SecretShelf::kPath,
        test::answer(404, R"({"kind":"Status","message":"namespaces \"ns\" not found"})"));
    EXPECT_THAT(refusal(), HasSubstr("namespaces \"ns\" not found"));
}

TEST_F(CertgenSecretsTest, GoesOnWhenTheAnswerToAWriteWasLost) {
    shelf_.transport().once(
        Method::post, SecretShelf::kPath,
        [this](auto const& request, auto const&, auto) -> Outcome<SecretShelf::Answer> {
            (void)shelf_.transport().call(request, {});
            return Failure{{}, "cut off"};
        });
    EXPECT_EQ(refusal(), "");
    expect_good();
}

TEST_F(CertgenSecretsTest, AsksAnApiServerAgainThatIsNotThereYet) {
    for (int i = 0; i < 3; ++i) {
        shelf_.transport().once(Method::get, SecretShelf::kPath, test::unreachable());
        shelf_.transport().once(Method::post, SecretShelf::kPath, test::answer(503));
    }
    EXPECT_EQ(refusal(), "");
    expect_good();
}

TEST_F(CertgenSecretsTest, RefusesValuesThatWouldMeanSomethingElse) {
    CertgenSecretsOptions const good = options_;
    options_.name_space = "ns/..";
    EXPECT_THAT(refusal(), HasSubstr("--secrets"));
    options_ = good;
    options_.prefix = "Edge";
    EXPECT_THAT(refusal(), HasSubstr("--secrets"));
    options_ = good;
    options_.leaves.gateways = {"edge"};
    EXPECT_THAT(refusal(), HasSubstr("--gateway"));
    EXPECT_THAT(shelf_.transport().requests(), SizeIs(0));
}

}  // namespace
}  // namespace holdfast::controller
