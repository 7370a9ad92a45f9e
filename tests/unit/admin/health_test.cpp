// Goal: the form that kubelets and people know from Kubernetes' own components.
#include "common/admin/health.hpp"

#include <gtest/gtest.h>

namespace holdfast::admin {
namespace {

std::vector<Check> const kGood{{"source", true}, {"build", true}};
std::vector<Check> const kBad{{"source", true}, {"build", false}};

Request request(std::string query) {
    return {.method = "GET", .path = "/readyz", .query = std::move(query)};
}

TEST(HealthResponse, SaysOnlyOkWhenEveryCheckIsGood) {
    auto const response = health_response(kGood, request(""));
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, "ok");
}

TEST(HealthResponse, NamesEveryCheckWhenItIsAskedTo) {
    auto const response = health_response(kGood, request("verbose"));
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, "[+]source ok\n[+]build ok\ncheck passed\n");
}

TEST(HealthResponse, FailsAndNamesEveryCheckWhenOneIsNotGood) {
    auto const response = health_response(kBad, request(""));
    EXPECT_EQ(response.status, 500u);
    EXPECT_EQ(response.body, "[+]source ok\n[-]build failed\ncheck failed\n");
}

TEST(HealthResponse, LeavesOutWhatIsExcluded) {
    auto const response = health_response(kBad, request("verbose&exclude=build"));
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, "[+]source ok\n[+]build excluded\ncheck passed\n");
}

}  // namespace
}  // namespace holdfast::admin
