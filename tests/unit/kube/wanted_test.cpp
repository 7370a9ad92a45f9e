// Goal: what is read of an API beside our Gateways is what these need, and no more. Method:
// Gateways made by hand.
#include "controller/kube/wanted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller::kube {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> names(std::set<Collection> const& collections) {
    std::vector<std::string> all;
    for (Collection const& one : collections) {
        all.push_back(to_string(one));
    }
    return all;
}

std::vector<std::string> names(std::vector<Collection> const& collections) {
    std::vector<std::string> all;
    for (Collection const& one : collections) {
        all.push_back(to_string(one));
    }
    return all;
}

/// With one listener, in namespace `infra`.
std::shared_ptr<Gateway> gateway() {
    auto made = std::make_shared<Gateway>();
    made->meta.name_space = "infra";
    made->meta.name = "edge";
    made->class_name = "holdfast";
    made->listeners.emplace_back();
    return made;
}

SecretRef secret(std::string name_space, std::string name) {
    return {.group = "",
            .kind = "Secret",
            .name_space = std::move(name_space),
            .name = std::move(name)};
}

std::shared_ptr<GatewayClass> gateway_class(std::string const& controller) {
    auto made = std::make_shared<GatewayClass>();
    made->meta.name = "holdfast";
    made->controller_name = controller;
    return made;
}

// --- what is read from the start -----------------------------------------------------------------

TEST(CollectionsOf, AreAllKindsButSecrets) {
    EXPECT_THAT(names(collections_of({})),
                testing::UnorderedElementsAre("gatewayclasses", "gateways", "websocketroutes",
                                              "referencegrants", "services", "endpointslices",
                                              "namespaces"));
}

TEST(CollectionsOf, AreOfTheGivenNamespacesWhereTheKindHasAny) {
    auto const all = names(collections_of({"a", "b"}));
    EXPECT_THAT(all, Contains("services a"));
    EXPECT_THAT(all, Contains("services b"));
    EXPECT_THAT(all, Contains("gatewayclasses"));
    EXPECT_THAT(all, Not(Contains("services")));
}

TEST(CollectionsOf, HaveTheGivenNamespacesThemselvesByName) {
    auto const all = names(collections_of({"a"}));
    EXPECT_THAT(all, Contains("namespaces a"));
    EXPECT_THAT(all, Not(Contains("namespaces")));
}

// --- Secrets -------------------------------------------------------------------------------------

TEST(GatewayNeeds, AreTheSecretsOfListeners) {
    GatewayNeeds needs({}, {});
    auto const made = gateway();
    made->listeners[0].certificate_refs = {secret("infra", "a"), secret("other", "b")};
    needs.note(made);
    EXPECT_THAT(names(needs.secrets()), ElementsAre("secrets infra/a", "secrets other/b"));
}

TEST(GatewayNeeds, AreNoSecretsOfAnotherKind) {
    GatewayNeeds needs({}, {});
    auto const made = gateway();
    made->listeners[0].certificate_refs = {secret("infra", "a"), secret("infra", "b")};
    made->listeners[0].certificate_refs[0].kind = "ConfigMap";
    made->listeners[0].certificate_refs[1].group = "example.com";
    needs.note(made);
    EXPECT_THAT(needs.secrets(), IsEmpty());
}

TEST(GatewayNeeds, AreNoSecretsOfNamespacesThatAreNotRead) {
    GatewayNeeds needs({}, {"infra"});
    auto const made = gateway();
    made->listeners[0].certificate_refs = {secret("infra", "a"), secret("other", "b")};
    needs.note(made);
    EXPECT_THAT(names(needs.secrets()), ElementsAre("secrets infra/a"));
}

TEST(GatewayNeeds, AreNothingOfAClassOfAnotherController) {
    GatewayNeeds needs({}, {});
    auto const made = gateway();
    made->listeners[0].certificate_refs = {secret("infra", "a")};
    needs.note(made);
    needs.note(gateway_class("example.com/another"));
    EXPECT_THAT(needs.secrets(), IsEmpty());
    needs.forget({GatewayClass::kKind, "holdfast"});
    EXPECT_THAT(names(needs.secrets()), ElementsAre("secrets infra/a"));
}

TEST(GatewayNeeds, EndWithTheGateway) {
    GatewayNeeds needs({}, {});
    auto const made = gateway();
    made->listeners[0].certificate_refs = {secret("infra", "a")};
    needs.note(made);
    needs.forget({Gateway::kKind, "infra/edge"});
    EXPECT_THAT(needs.secrets(), IsEmpty());
}

// --- labels of namespaces ------------------------------------------------------------------------

TEST(GatewayNeeds, AreLabelsOfNamespacesWhereAListenerSelectsByThem) {
    GatewayNeeds needs({}, {});
    auto const made = gateway();
    made->listeners[0].from = NamespacesFrom::all;
    needs.note(made);
    EXPECT_FALSE(needs.namespace_labels());
    auto const selecting = gateway();
    selecting->listeners[0].from = NamespacesFrom::selector;
    needs.note(selecting);
    EXPECT_TRUE(needs.namespace_labels());
}

TEST(GatewayNeeds, AreNoLabelsForGatewaysOfOtherReleases) {
    GatewayNeeds needs(Served{{"infra/another"}}, {});
    auto const made = gateway();
    made->listeners[0].from = NamespacesFrom::selector;
    needs.note(made);
    EXPECT_FALSE(needs.namespace_labels());
}

}  // namespace
}  // namespace holdfast::controller::kube
