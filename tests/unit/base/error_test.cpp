// Goal: faults read well in logs. Method: hand-written values.
#include <gtest/gtest.h>

#include <stdexcept>

#include "common/base/error.hpp"

namespace holdfast {
namespace {

TEST(Problem, ReadsAsObjectFieldMessage) {
    Problem const problem{"WebSocketRoute default/chat", "spec.rules[0].name", "is missing"};
    EXPECT_EQ(to_string(problem), "WebSocketRoute default/chat: spec.rules[0].name: is missing");
}

TEST(Problem, LeavesOutEmptyParts) {
    EXPECT_EQ(to_string(Problem{"", "", "not JSON"}), "not JSON");
    EXPECT_EQ(to_string(Problem{"Frame", "", "not JSON"}), "Frame: not JSON");
}

TEST(Error, ReadsAsReasonDetailCause) {
    auto const refused = make_error_code(boost::system::errc::connection_refused);
    EXPECT_EQ(to_string(Error{Reason::upstream_refused, refused, "10.0.0.1:80"}),
              "upstream_refused: 10.0.0.1:80 (" + refused.message() + ")");
    EXPECT_EQ(to_string(Error{Reason::no_route, {}, {}}), "no_route");
}

TEST(Result, ThrowsALogicErrorWhenItsValueIsTakenFromAnError) {
    Result<int> const result = Error{Reason::idle, {}, "after 5 s"};
    try {
        static_cast<void>(result.value());
        FAIL() << "value() returned";
    } catch (std::logic_error const& error) {
        EXPECT_STREQ(error.what(), "idle: after 5 s");
    }
}

TEST(Checked, ThrowsALogicErrorThatNamesEveryProblem) {
    Checked<int> const checked = std::vector<Problem>{{"A", "x", "bad"}, {"B", "y", "worse"}};
    try {
        static_cast<void>(checked.value());
        FAIL() << "value() returned";
    } catch (std::logic_error const& error) {
        EXPECT_STREQ(error.what(), "A: x: bad; B: y: worse");
    }
}

}  // namespace
}  // namespace holdfast
