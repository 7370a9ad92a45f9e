// Goal: what the API server refuses can be read in logs and conditions. Method: answers as
// kube-apiserver 1.34 and proxies before it give them.
#include "controller/kube/api_status.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace holdfast::controller::kube {
namespace {

TEST(ApiStatus, TellsWhatIsForbidden) {
    Answer const answer{403,
                        R"({"kind":"Status","status":"Failure","message":"secrets is forbidden",)"
                        R"("reason":"Forbidden","code":403})",
                        std::nullopt};
    EXPECT_EQ(to_string(api_status(answer)), "403 Forbidden: secrets is forbidden");
}

TEST(ApiStatus, TakesTheWaitFromTheBody) {
    auto const body =
        boost::json::parse(R"({"kind":"Status","code":429,"details":{"retryAfterSeconds":3}})");
    EXPECT_EQ(api_status(body.as_object()).retry_after, std::chrono::seconds(3));
}

TEST(ApiStatus, PrefersTheWaitOfTheHeader) {
    Answer const answer{429, R"({"kind":"Status","details":{"retryAfterSeconds":3}})",
                        std::chrono::seconds(7)};
    EXPECT_EQ(api_status(answer).retry_after, std::chrono::seconds(7));
}

TEST(ApiStatus, QuotesOneLineOfWhatIsNoStatus) {
    Answer const answer{502, "bad gateway\n<html>", std::nullopt};
    EXPECT_EQ(to_string(api_status(answer)), "502: bad gateway");
}

}  // namespace
}  // namespace holdfast::controller::kube
