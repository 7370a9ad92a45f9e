// Goal: what is wrong with one request is told from what is wrong with the server. Method: answers
// of the test's.
#include "controller/status/refusal.hpp"

#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

Outcome<kube::Answer> answer(int status) { return kube::Answer{status, {}, std::nullopt}; }

TEST(Refusal, IsOfOneRequestOrOfAll) {
    EXPECT_EQ(refusal(answer(200)), Refusal::none);
    EXPECT_EQ(refusal(answer(201)), Refusal::none);
    for (int const status : {400, 403, 404, 409, 413, 422, 500}) {
        EXPECT_EQ(refusal(answer(status)), Refusal::this_one) << status;
    }
    for (int const status : {401, 408, 429, 503, 504, 302}) {
        EXPECT_EQ(refusal(answer(status)), Refusal::all) << status;
    }
    EXPECT_EQ(refusal(Failure{{}, "unreachable"}), Refusal::all);
}

}  // namespace
}  // namespace holdfast::controller
