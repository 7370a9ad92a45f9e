// Goal: a bad rule costs that rule. Method: objects made here, since the CRD keeps such rules out
// of manifests; what an older CRD let in still comes from an API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/model/validate.hpp"
#include "controller/translate/translate.hpp"
#include "tests/golden/cases.hpp"
#include "tests/unit/translate/objects.hpp"

namespace holdfast::controller {
namespace {

using testing::Field;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char const* kDroppedRule =
    "Dropped Rule: spec.rules[1].allowedOrigins[0] must be scheme://host or scheme://host:port";

RouteRule bad_rule(std::string name) {
    RouteRule rule = test::chat_rule(std::move(name), "/bad");
    rule.rule.allowed_origins = {"HTTPS://App.Example.com/"};
    return rule;
}

Translation translate_route(WebSocketRoute route) {
    return translate(
        *test::snapshot_of({std::make_shared<Gateway const>(test::edge_gateway()),
                            std::make_shared<Service const>(test::chat_service()),
                            std::make_shared<EndpointSlice const>(test::chat_slice()),
                            std::make_shared<WebSocketRoute const>(std::move(route))}));
}

std::vector<std::string> types(std::vector<Condition> const& conditions) {
    std::vector<std::string> names;
    std::ranges::transform(conditions, std::back_inserter(names), &Condition::type);
    return names;
}

TEST(Rules, ThatAreBadAreDroppedAndToldOf) {
    auto const translation =
        translate_route(test::chat_route({test::chat_rule("good"), bad_rule("bad")}));

    auto const& rules = translation.tables.at("infra/edge").routes.at("default/chat")->rules;
    EXPECT_THAT(rules, testing::ElementsAre(Field(&model::Rule::name, "good")));
    auto const& conditions = translation.routes.at("default/chat").at(0).conditions;
    ASSERT_EQ(types(conditions),
              (std::vector<std::string>{"Accepted", "ResolvedRefs", "PartiallyInvalid"}));
    EXPECT_TRUE(conditions[0].status);
    EXPECT_TRUE(conditions[2].status);
    EXPECT_EQ(conditions[2].reason, "UnsupportedValue");
    EXPECT_THAT(conditions[2].message, StartsWith(kDroppedRule));
    EXPECT_EQ(conditions[2].observed_generation, 5);
}

TEST(Rules, ThatAreAllBadLeaveARouteThatIsNotAccepted) {
    auto const translation = translate_route(test::chat_route({bad_rule("0"), bad_rule("1")}));

    auto const& conditions = translation.routes.at("default/chat").at(0).conditions;
    ASSERT_EQ(types(conditions), (std::vector<std::string>{"Accepted", "ResolvedRefs"}));
    EXPECT_FALSE(conditions[0].status);
    EXPECT_EQ(conditions[0].reason, "UnsupportedValue");
    EXPECT_EQ(translation.gateways.at("infra/edge").listeners.at(0).attached_routes, 0);
    EXPECT_THAT(translation.tables.at("infra/edge").routes, IsEmpty());
    EXPECT_THAT(translation.tables.at("infra/edge").backends, IsEmpty());
}

TEST(Rules, ThatAreBadGoUnmentionedWhereTheRouteIsNotAttached) {
    WebSocketRoute route = test::chat_route({test::chat_rule("good"), bad_rule("bad")});
    route.parent_refs[0].section_name = "no-such-listener";

    auto const translation = translate_route(std::move(route));

    auto const& conditions = translation.routes.at("default/chat").at(0).conditions;
    EXPECT_EQ(types(conditions), (std::vector<std::string>{"Accepted", "ResolvedRefs"}));
    EXPECT_EQ(conditions[0].reason, "NoMatchingParent");
}

TEST(Rules, LoseTheirBackendsWithThem) {
    RouteRule bad = bad_rule("bad");
    bad.backend_refs[0].port = 8081;
    Service service = test::chat_service();
    service.ports.push_back({.name = "other", .port = 8081, .app_protocol = {}});

    auto const translation =
        translate(*test::snapshot_of({std::make_shared<Gateway const>(test::edge_gateway()),
                                      std::make_shared<Service const>(std::move(service)),
                                      std::make_shared<WebSocketRoute const>(test::chat_route(
                                          {test::chat_rule("good"), std::move(bad)}))}));

    auto const& backends = translation.tables.at("infra/edge").backends;
    EXPECT_TRUE(backends.contains("default/chat:8080"));
    EXPECT_FALSE(backends.contains("default/chat:8081"));
}

TEST(Rules, AreToldOfByTheNamesThatAManifestHas) {
    RouteRule bad = test::chat_rule("bad");
    bad.rule.drain_over = std::chrono::milliseconds(-1);
    bad.rule.drain_code = 1;
    bad.rule.replace_prefix = "no-slash";
    bad.backend_refs[0].weight = 1'000'001;

    auto const translation = translate_route(test::chat_route({std::move(bad)}));

    std::string const message = translation.routes.at("default/chat").at(0).conditions[0].message;
    for (char const* const field :
         {"spec.rules[0].drain.over must", "spec.rules[0].drain.code must",
          "spec.rules[0].rewrite.replacePrefixMatch must",
          "spec.rules[0].backendRefs[0].weight must"}) {
        EXPECT_THAT(message, testing::HasSubstr(field));
    }
}

TEST(Served, LeavesGatewaysOfOtherReleasesAlone) {
    auto const snapshot = test::snapshot_of(
        {std::make_shared<Gateway const>(test::edge_gateway()),
         std::make_shared<WebSocketRoute const>(test::chat_route({test::chat_rule("main")}))});
    Translation const all = translate(*snapshot);
    ASSERT_EQ(all.tables.size(), 1u);
    ASSERT_EQ(all.routes.size(), 1u);

    Translation const theirs = translate(*snapshot, Served{{"infra/another"}});

    EXPECT_TRUE(theirs.tables.empty());
    EXPECT_TRUE(theirs.routes.empty());
    ASSERT_EQ(theirs.orphans.size(), 1u) << "only what it is to serve itself is missed";
    EXPECT_EQ(theirs.orphans[0].object, "Gateway infra/another");
    EXPECT_EQ(theirs.orphaned_routes_count, 0u);
}

}  // namespace
}  // namespace holdfast::controller
