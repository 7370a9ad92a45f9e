// Goal: what may pass is waited for, and nothing else is. Method: a scripted API server, and a
// clock that waits at once.
#include "controller/kube/patient_caller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/support/fake_transport.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using test::FakeTransport;
using ::testing::SizeIs;

class PatientCallerTest : public ::testing::Test {
protected:
    Outcome<Answer> call() {
        PatientCaller caller(transport_,
                             {.now = [this] { return now_; },
                              .wait = [this](std::chrono::milliseconds wait) { now_ += wait; }});
        return caller.call({.method = Method::get, .target = "/x", .body = {}, .content_type = {}});
    }
    void first(FakeTransport::Handler handler) {
        transport_.once(Method::get, "/x", std::move(handler));
    }
    void then(FakeTransport::Handler handler) {
        transport_.on(Method::get, "/x", std::move(handler));
    }

    FakeTransport transport_;
    TimePoint const start_;
    TimePoint now_ = start_;
};

TEST_F(PatientCallerTest, AsksAgainWhatHadNoAnswerOrABusyOne) {
    then(test::answer(200, "here"));
    first(test::unreachable());
    first(test::answer(429));
    first(test::answer(500));
    first(test::answer(503));
    EXPECT_EQ(call().value().body, "here");
    EXPECT_THAT(transport_.requests(), SizeIs(5));
}

TEST_F(PatientCallerTest, TakesEveryOtherAnswerAsItIs) {
    for (int const status : {200, 201, 401, 403, 404, 409, 422}) {
        then(test::answer(status));
        EXPECT_EQ(call().value().status, status);
    }
    EXPECT_THAT(transport_.requests(), SizeIs(7));
    EXPECT_EQ(now_, start_);
}

TEST_F(PatientCallerTest, GivesUpAfterAMinuteWithTheLastAnswer) {
    then(test::answer(503, "busy"));
    EXPECT_EQ(call().value().body, "busy");
    EXPECT_LT(now_ - start_, limits::patience_max);
    EXPECT_GE(now_ - start_, limits::patience_max - limits::patience_backoff_max);

    then(test::unreachable());
    EXPECT_FALSE(call().has_value());
}

TEST_F(PatientCallerTest, WaitsForAsLongAsTheApiServerSays) {
    then(test::answer(200));
    first([](auto const&, auto const&, auto) -> Outcome<Answer> { return Answer{429, {}, 20s}; });
    EXPECT_EQ(call().value().status, 200);
    EXPECT_EQ(now_ - start_, 20s);
}

TEST_F(PatientCallerTest, DoesNotWaitForLongerThanItMay) {
    then([](auto const&, auto const&, auto) -> Outcome<Answer> { return Answer{429, {}, 2min}; });
    EXPECT_EQ(call().value().status, 429);
    EXPECT_EQ(now_, start_);
}

}  // namespace
}  // namespace holdfast::controller::kube
