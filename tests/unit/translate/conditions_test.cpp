// Goal: messages that people can read and that the API server takes.
#include "controller/translate/conditions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(Conditions, TakeTheReasonOfTheFirstRefusalAndTheSentencesOfAll) {
    Conditions conditions(/*generation=*/7);

    conditions.add_false(condition::kResolvedRefs, {{"First", "One."}, {"Second", "Two."}});

    Condition const expected{.type = "ResolvedRefs",
                             .status = false,
                             .reason = "First",
                             .message = "One. Two.",
                             .observed_generation = 7};
    EXPECT_EQ(std::move(conditions).take(), std::vector<Condition>{expected});
}

TEST(Conditions, KeepTheOrderInWhichTheyWereAdded) {
    Conditions conditions(1);

    conditions.add_true("B", "R", "m");
    conditions.add_false("A", "R", "m");

    auto const taken = std::move(conditions).take();
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].type, "B");
    EXPECT_EQ(taken[1].type, "A");
}

TEST(Sentences, OfHundredsOfRefusalsStayShort) {
    // The API server takes 32 KiB; names, namespaces and fields are of the length that it allows.
    std::string const longest(1'000, 'x');
    std::vector<Refusal> const refusals(256, Refusal{"Reason", longest + '.'});

    std::string const text = sentences(refusals);

    EXPECT_THAT(text, StartsWith(longest + '.'));
    EXPECT_THAT(text, EndsWith("There are more faults of this kind."));
    EXPECT_LT(text.size(), 32u * 1024);
}

TEST(QuotedList, ReadsAsASentence) {
    EXPECT_EQ(quoted_list({"a"}), R"("a")");
    EXPECT_EQ(quoted_list({"a", "b"}), R"("a" and "b")");
    EXPECT_EQ(quoted_list({"a", "b", "c"}), R"("a", "b" and "c")");
}

}  // namespace
}  // namespace holdfast::controller
