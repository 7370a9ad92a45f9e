// Goal: a kind that is on its way out is told from one that stands, and from an answer that tells
// nothing. Method: answers written by hand.
#include "controller/kube/discovery.hpp"

#include <gtest/gtest.h>

#include <string>

namespace holdfast::controller::kube {
namespace {

Outcome<bool> takes_routes(std::string const& resources) {
    return takes_new_objects(R"({"resources":)" + resources + "}", "websocketroutes");
}

TEST(Discovery, AKindThatStandsTakesNewObjects) {
    EXPECT_TRUE(takes_routes(R"([{"name":"websocketroutes","verbs":["create","get"]}])").value());
}

TEST(Discovery, AKindOnItsWayOutTakesNone) {
    EXPECT_FALSE(takes_routes(R"([{"name":"websocketroutes","verbs":["delete","get"]}])").value());
}

TEST(Discovery, AKindThatIsGoneTakesNone) {
    EXPECT_FALSE(takes_routes("[]").value());
    EXPECT_FALSE(takes_routes(R"([{"name":"gateways","verbs":["create"]}])").value());
}

TEST(Discovery, ASubresourceIsNotTheKind) {
    EXPECT_FALSE(takes_routes(R"([{"name":"websocketroutes/status","verbs":["create"]}])").value());
}

TEST(Discovery, AnEntryThatIsNoneSaysNothing) {
    EXPECT_FALSE(takes_routes(R"([7,{"name":7},{"name":"websocketroutes","verbs":7}])").value());
}

TEST(Discovery, WhatIsNoListOfResourcesTellsNothing) {
    for (std::string_view const body : {"", "<html>", "[]", "{}", R"({"resources":{}})"}) {
        EXPECT_FALSE(takes_new_objects(body, "websocketroutes").has_value()) << body;
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
