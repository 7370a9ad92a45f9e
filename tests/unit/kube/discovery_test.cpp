// Goal: a kind that is on its way out is told from one that stands, and from an answer that tells
// nothing. Method: answers written by hand.
#include "controller/kube/discovery.hpp"

#include <gtest/gtest.h>

#include <string>

namespace holdfast::controller::kube {
namespace {

Outcome<bool> defines_routes(int status, std::string const& body) {
    return is_defined(Answer{status, body, std::nullopt}, "websocketroutes");
}

Outcome<bool> defines_routes(std::string const& resources) {
    return defines_routes(200, R"({"resources":)" + resources + "}");
}

TEST(Discovery, AKindThatTakesNewObjectsStands) {
    EXPECT_TRUE(defines_routes(R"([{"name":"websocketroutes","verbs":["create","get"]}])").value());
}

TEST(Discovery, AKindThatTakesNoneIsOnItsWayOut) {
    EXPECT_FALSE(
        defines_routes(R"([{"name":"websocketroutes","verbs":["delete","get"]}])").value());
}

TEST(Discovery, AKindThatIsGoneIsNotListed) {
    EXPECT_FALSE(defines_routes("[]").value());
    EXPECT_FALSE(defines_routes(404, "404 page not found").value());
    EXPECT_FALSE(defines_routes(R"([{"name":"gateways","verbs":["create"]}])").value());
}

TEST(Discovery, ASubresourceIsNotTheKind) {
    EXPECT_FALSE(
        defines_routes(R"([{"name":"websocketroutes/status","verbs":["create"]}])").value());
}

TEST(Discovery, AnEntryThatIsNoneSaysNothing) {
    EXPECT_FALSE(defines_routes(R"([7,{"name":7},{"name":"websocketroutes","verbs":7}])").value());
}

TEST(Discovery, WhatIsNoListOfResourcesTellsNothing) {
    for (char const* const body : {"", "<html>", "[]", "{}", R"({"resources":{}})"}) {
        EXPECT_FALSE(defines_routes(200, body).has_value()) << body;
    }
}

TEST(Discovery, ARefusalTellsNothing) {
    EXPECT_FALSE(defines_routes(403, "{}").has_value());
    EXPECT_FALSE(is_defined(Failure{{}, "nobody answers"}, "websocketroutes").has_value());
}

}  // namespace
}  // namespace holdfast::controller::kube
