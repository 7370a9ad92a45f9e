// Goal: objects are gone when their definition stands without them, and stay when they went with
// it. Method: a clock of the test's.
#include "controller/kube/deletion_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class DeletionGuardTest : public testing::Test {
protected:
    /// Two objects went, and the definition with them.
    void lose_definition() {
        guard_.doubt("a");
        guard_.doubt("b");
        guard_.definition_gone();
    }
    std::vector<std::string> stands_with(std::size_t objects) {
        return guard_.definition_stands(objects, now_);
    }

    DeletionGuard guard_;
    TimePoint now_{1h};
};

TEST_F(DeletionGuardTest, LetsGoWhatADefinitionThatStandsHasNotGot) {
    EXPECT_TRUE(guard_.doubt("a"));
    EXPECT_THAT(stands_with(0), ElementsAre("a"));
    EXPECT_EQ(guard_.in_doubt(), 0u);
}

TEST_F(DeletionGuardTest, DoubtsAnObjectOnce) {
    EXPECT_TRUE(guard_.doubt("a"));
    EXPECT_FALSE(guard_.doubt("a"));
    EXPECT_EQ(guard_.in_doubt(), 1u);
}

TEST_F(DeletionGuardTest, DoesNotDoubtWhatIsSeenAgain) {
    guard_.doubt("a");
    guard_.seen("a");
    EXPECT_THAT(stands_with(1), IsEmpty());
}

TEST_F(DeletionGuardTest, KeepsWhatWentWithItsDefinitionUntilSomethingIsBack) {
    lose_definition();
    EXPECT_THAT(stands_with(0), IsEmpty());
    now_ += 24h;
    EXPECT_THAT(stands_with(0), IsEmpty());
    EXPECT_TRUE(guard_.waits_for_return());
    EXPECT_EQ(guard_.in_doubt(), 2u);
}

TEST_F(DeletionGuardTest, LetsTheOthersGoSomeTimeAfterTheFirstIsBack) {
    lose_definition();
    guard_.seen("a");
    EXPECT_THAT(stands_with(1), IsEmpty());
    EXPECT_EQ(guard_.release_at(), now_ + DeletionGuard::kReturnTime);
    now_ += DeletionGuard::kReturnTime - 1ms;
    EXPECT_THAT(stands_with(1), IsEmpty());
    now_ += 1ms;
    EXPECT_THAT(stands_with(1), ElementsAre("b"));
    EXPECT_FALSE(guard_.waits_for_return());
    EXPECT_FALSE(guard_.release_at());
}

TEST_F(DeletionGuardTest, NamesAFewOfThoseInDoubt) {
    lose_definition();
    EXPECT_EQ(guard_.names_in_doubt(), "a, b");
    for (char const* const key : {"c", "d", "e", "f"}) {
        guard_.doubt(key);
    }
    EXPECT_EQ(guard_.names_in_doubt(), "a, b, c, d, e and others");
}

TEST_F(DeletionGuardTest, BeginsAnewWhenTheDefinitionGoesAgain) {
    lose_definition();
    guard_.seen("a");
    EXPECT_THAT(stands_with(1), IsEmpty());
    guard_.definition_gone();
    now_ += DeletionGuard::kReturnTime;
    EXPECT_TRUE(guard_.waits_for_return());
    EXPECT_THAT(stands_with(0), IsEmpty());
}

}  // namespace
}  // namespace holdfast::controller::kube
