// Goal: what Kubernetes takes is taken, and becomes the objects that it describes.
// Method: the files of tests/manifests/good and examples, field by field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using model::LiveSessions;
using model::PathMatchType;
using testing::ElementsAre;
using testing::IsEmpty;

DecodedManifest decode_file(std::string const& path) {
    return decode_manifest(path, read_file(in_tree(path)));
}

ParentRef parent(std::string const& name_space, std::string const& name) {
    ParentRef ref;
    ref.name_space = name_space;
    ref.name = name;
    return ref;
}

BackendRef backend(std::string const& name_space, std::string const& name, std::uint16_t port) {
    BackendRef ref;
    ref.name_space = name_space;
    ref.name = name;
    ref.port = port;
    return ref;
}

TEST(GoodManifests, HaveNoProblems) {
    std::set<std::filesystem::path> files = manifests_under("tests/manifests/good");
    files.merge(manifests_under("examples"));
    ASSERT_FALSE(files.empty());
    for (std::filesystem::path const& file : files) {
        EXPECT_THAT(decode_manifest(file.string(), read_file(file)).problems, IsEmpty());
    }
}

TEST(GoodManifests, OfExamplesNameEachObjectOnce) {
    std::set<ObjectId> seen;
    for (std::filesystem::path const& file : manifests_under("examples")) {
        for (DecodedObject const& decoded :
             decode_manifest(file.string(), read_file(file)).objects) {
            EXPECT_TRUE(seen.insert(id_of(decoded.object)).second)
                << to_string(id_of(decoded.object));
        }
    }
    EXPECT_TRUE(seen.contains(ObjectId{"Gateway", "default/edge"}));
    EXPECT_TRUE(seen.contains(ObjectId{"WebSocketRoute", "default/chat"}));
    EXPECT_TRUE(seen.contains(ObjectId{"EndpointSlice", "default/chat-laptop"}));
}

TEST(DecodeRoute, FillsInEveryDefault) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/minimal.yaml");
    auto const& route = only<WebSocketRoute>(manifest, "default/minimal");
    EXPECT_TRUE(route.parent_refs == std::vector{parent("default", "edge")});
    EXPECT_THAT(route.hostnames, IsEmpty());
    ASSERT_EQ(route.rules.size(), 1U);
    model::Rule expected;
    expected.name = "0";
    expected.matches = {model::Match{}};
    expected.timeouts.idle = 30s;
    EXPECT_TRUE(route.rules[0].rule == expected);
    EXPECT_TRUE(route.rules[0].backend_refs == std::vector{backend("default", "chat", 8080)});
}

TEST(DecodeRoute, ReadsEveryField) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/everything.yaml");
    auto const& route = only<WebSocketRoute>(manifest, "team/everything");
    EXPECT_EQ(route.meta.created, "2026-11-21T09:17:03Z");
    EXPECT_EQ(route.meta.labels.at("app.kubernetes.io/name"), "chat");
    ParentRef wanted_parent = parent("infra", "edge");
    wanted_parent.section_name = "wss";
    wanted_parent.port = 65535;
    EXPECT_TRUE(route.parent_refs[1] == wanted_parent);
    EXPECT_THAT(route.hostnames, ElementsAre("chat.example.com", "*.chat.example.com"));
    model::Rule expected;
    expected.name = "main";
    expected.matches = {{.path = {PathMatchType::exact, "/a-b_c~d/%41!$&'()*+,;=:@"},
                         .headers = {{"x-version", "2"}, {"x-beta", "on"}},
                         .query_params = {{"room", "grün"}},
                         .subprotocols = {"chat.v2", "mqtt"}},
                        {.path = {PathMatchType::prefix, "/"},
                         .headers = {{"x-only", "1"}},
                         .query_params = {},
                         .subprotocols = {}}};
    expected.allowed_origins = {"https://app.example.com", "http://localhost:3000",
                                "http://[::1]:65535", "chrome-extension://abcdefgh"};
    expected.timeouts = {.connect = 500ms, .handshake = 90s, .idle = 1h, .session = 99'999h};
    expected.on_change = LiveSessions::drain;
    expected.on_delete = LiveSessions::close;
    expected.drain_over = 24h;
    expected.drain_code = 1001;
    expected.backend_lost_code = 1014;
    EXPECT_TRUE(route.rules[0].rule == expected);
    BackendRef wanted_backend = backend("canary", "chat", 1);
    wanted_backend.weight = 1'000'000;
    EXPECT_TRUE(route.rules[0].backend_refs[1] == wanted_backend);
    EXPECT_EQ(route.rules[0].backend_refs[2].weight, 0U);
    EXPECT_EQ(route.rules[1].rule.replace_prefix, "/v2");
}

TEST(DecodeService, MakesAnEqualObjectAfterAWriteOfTheStatus) {
    std::string const head = "apiVersion: v1\nkind: Service\nmetadata:\n  name: chat\n";
    DecodedManifest const before = decode_manifest("", head + "  resourceVersion: '7'\n");
    DecodedManifest const after =
        decode_manifest("", head + "  resourceVersion: '8'\nstatus: {conditions: []}\n");
    EXPECT_TRUE(only<Service>(before, "default/chat") == only<Service>(after, "default/chat"));
}

TEST(DecodeGateway, ReadsListenersWithTheirDefaults) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    auto const& gateway = only<Gateway>(manifest, "infra/edge");
    EXPECT_EQ(gateway.class_name, "holdfast");
    EXPECT_EQ(gateway.meta.generation, 3);
    EXPECT_EQ(gateway.meta.resource_version, 1433U);
    EXPECT_TRUE(gateway.listeners[0] == (GatewayListener{.name = "ws",
                                                         .hostname = "",
                                                         .port = 80,
                                                         .protocol = "HTTP",
                                                         .tls_mode = "",
                                                         .certificate_refs = {},
                                                         .client_validation = "",
                                                         .selector = std::nullopt,
                                                         .kinds = {}}));
    using Operator = LabelSelector::Operator;
    GatewayListener const expected{
        .name = "wss",
        .hostname = "*.example.com",
        .port = 443,
        .protocol = "HTTPS",
        .tls_mode = "Terminate",
        .certificate_refs = {{.group = "", .name_space = "infra", .name = "wildcard"},
                             {.group = "", .name_space = "certs", .name = "extra"}},
        .client_validation = "",
        .from = NamespacesFrom::selector,
        .selector = LabelSelector{{{"tier", Operator::in, {"front"}},
                                   {"env", Operator::not_in, {"test"}},
                                   {"legacy", Operator::does_not_exist, {}}}},
        .kinds = {{"holdfast.dev", "WebSocketRoute"}}};
    EXPECT_TRUE(gateway.listeners[1] == expected);
}

TEST(DecodeGateway, FindsWhichFieldDemandsCertificatesOfClients) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/gateway.yaml");
    auto const& gateway = only<Gateway>(manifest, "infra/everything");
    EXPECT_THAT(gateway.addresses, ElementsAre("192.0.2.1", "edge.example.com", ""));
    std::vector<std::string> fields;
    for (GatewayListener const& listener : gateway.listeners) {
        fields.push_back(listener.client_validation);
    }
    EXPECT_THAT(fields, ElementsAre("spec.tls.frontend.default.validation",
                                    "spec.listeners[1].tls.frontendValidation",
                                    "spec.tls.frontend.default.validation", "",
                                    "spec.tls.frontend.perPort[1].tls.validation"));
}

TEST(DecodeGrant, ReadsFromAndTo) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    auto const& grant = only<ReferenceGrant>(manifest, "canary/routes");
    EXPECT_TRUE(grant.from ==
                std::vector<ReferenceGrant::From>({{"holdfast.dev", "WebSocketRoute", "team"}}));
    EXPECT_TRUE(grant.to ==
                std::vector<ReferenceGrant::To>({{"", "Service", ""}, {"", "Service", "chat"}}));
}

TEST(DecodeService, KeepsTcpPorts) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    auto const& service = only<Service>(manifest, "team/chat");
    EXPECT_EQ(service.type, "ClusterIP");
    EXPECT_TRUE(service.ports == std::vector<ServicePort>({{"ws", 8080, "kubernetes.io/ws"}}));
}

TEST(DecodeEndpointSlice, ReadsConditionsWithTheirDefaults) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    auto const& slice = only<EndpointSlice>(manifest, "team/chat-x7");
    EXPECT_EQ(slice.service, "chat");
    EXPECT_EQ(slice.address_type, "IPv6");
    EXPECT_TRUE(slice.ports == std::vector<SlicePort>({{"ws", 8081}}));
    EXPECT_TRUE(slice.endpoints ==
                std::vector<SliceEndpoint>(
                    {{"2001:db8::1", true, true, false}, {"2001:db8::3", false, true, true}}));
    EXPECT_THAT(only<EndpointSlice>(manifest, "team/empty-x7").endpoints, IsEmpty());
}

TEST(DecodeSecret, DecodesDataAndLetsStringDataWin) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    auto const& secret = only<Secret>(manifest, "infra/wildcard");
    EXPECT_EQ(secret.type, "kubernetes.io/tls");
    EXPECT_EQ(secret.data.at("tls.crt"), "newer");
    EXPECT_EQ(secret.data.at("tls.key"), "key");
}

TEST(DecodeNamespace, IsClusterScopedAndHasLabels) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/cluster.yaml");
    EXPECT_EQ(only<Namespace>(manifest, "team").meta.labels.at("tier"), "front");
}

TEST(DecodeGatewayClass, IsClusterScopedAndNamesItsController) {
    DecodedManifest const manifest = decode_file("examples/chat/gateway.yaml");
    EXPECT_EQ(only<GatewayClass>(manifest, "holdfast").controller_name,
              "holdfast.dev/gateway-controller");
}

TEST(DecodeManifest, ReadsQuotedNumbersAndWordsAsText) {
    DecodedManifest const manifest = decode_file("tests/manifests/good/yaml.yaml");
    auto const& labels = only<Namespace>(manifest, "quoted").meta.labels;
    EXPECT_EQ(labels.at("yes-word"), "yes");
    EXPECT_EQ(labels.at("number"), "010");
    EXPECT_EQ(labels.at("tagged"), "1_000");
}

}  // namespace
}  // namespace holdfast::controller
