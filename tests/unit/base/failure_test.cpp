// Goal: what the process could not do reads well in logs. Method: hand-written values.
#include "common/base/failure.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace holdfast {
namespace {

TEST(Failure, ReadsAsDetailCause) {
    auto const in_use = make_error_code(boost::system::errc::address_in_use);
    EXPECT_EQ(to_string(Failure{in_use, "cannot listen on 10.0.0.1:80"}),
              "cannot listen on 10.0.0.1:80 (" + in_use.message() + ")");
    EXPECT_EQ(to_string(Failure{{}, "--gateway is needed"}), "--gateway is needed");
}

TEST(Outcome, ThrowsALogicErrorWhenItsValueIsTakenFromAFailure) {
    Outcome<int> const outcome = Failure{{}, "no file"};
    EXPECT_THROW(static_cast<void>(outcome.value()), std::logic_error);
}

}  // namespace
}  // namespace holdfast
