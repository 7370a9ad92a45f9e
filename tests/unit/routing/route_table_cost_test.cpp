// Goal: a lookup allocates nothing, and a compiled route is small. Method: count what goes through
// operator new.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/unit/routing/counting_new.hpp"
#include "tests/unit/routing/tables.hpp"

namespace holdfast::routing {
namespace {

constexpr int kRoutes = 10'000;

/// Routes as users write them: one host, one path, one backend each.
TableBuilder many_routes() {
    TableBuilder builder;
    builder.listener("web");
    for (int i = 0; i < kRoutes; ++i) {
        std::string const number = std::to_string(i);
        std::string const backend = "team-" + number + "/chat-service:8080";
        model::Rule one = rule("0", {prefix("/ws/room-" + number)});
        one.backends = {{backend, 1, true}};
        builder.backend(backend, {{"10.0.0.1", 8080, model::EndpointState::ready}});
        builder.route("team-" + number + "/chat-route", {"chat-" + number + ".example.com"}, {one});
    }
    return builder;
}

TEST(RouteTableCost, OfACompiledRouteIsUnder1500Bytes) {
    auto const source = std::make_shared<model::Table>(many_routes().table());
    std::size_t const before = counting_new::bytes();
    auto const table = RouteTable::compile(source);
    // An upper bound: what compiling frees again is counted, too.
    std::size_t const per_route = (counting_new::bytes() - before) / kRoutes;
    RecordProperty("bytes_per_route", static_cast<int>(per_route));
    EXPECT_LT(per_route, 1500u);
}

TEST(RouteTableCost, OfALookupIsNoAllocation) {
    auto const table = many_routes().compile();
    std::array const headers{http::Field{"X", "1"}};
    model::Listener const& listener = *table->source().listeners.at("web");
    RequestView const request{.host = "chat-4711.example.com",
                              .path = "/ws/room-4711/and/some/more",
                              .query = "a=b&c=d",
                              .headers = headers,
                              .subprotocols = {}};
    std::size_t const before = counting_new::allocations();
    Found const found = table->find(listener, request);
    std::size_t const after = counting_new::allocations();
    ASSERT_NE(found.rule, nullptr);
    EXPECT_EQ(found.rule->route, "team-4711/chat-route");
    EXPECT_EQ(after - before, 0u);
}

}  // namespace
}  // namespace holdfast::routing
