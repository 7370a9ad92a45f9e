// Goal: a certificate that does what is wanted is kept, and no other. Method: certificates as
// certgen makes them, each with one thing amiss.
#include "controller/certgen/leaf_step.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace holdfast::controller {
namespace {

using std::chrono::days;

TlsContent issued(Leaf leaf, LeafOptions const& options, Identity const& ca) {
    return {.pem = to_pem(make_leaf(leaf, options, ca).value()).value(),
            .ca = to_pem(ca).value().certificate};
}

class LeafStepTest : public ::testing::TestWithParam<Leaf> {
protected:
    [[nodiscard]] SecretStep step(TlsContent const& stored, LeafOptions const& wanted,
                                  days later = days(0)) const {
        return leaf_step({.leaf = GetParam(), .options = wanted, .ca = ca_}, &stored,
                         WallClock::now() + later);
    }
    [[nodiscard]] SecretStep step(TlsContent const& stored) const { return step(stored, options_); }

    Identity const ca_ = make_ca().value();
    LeafOptions const options_{
        .gateways = {"default/edge", "default/inner"}, .dns = {"a.test", "b.test"}, .days = 90};
    TlsContent stored_ = issued(GetParam(), options_, ca_);
};

INSTANTIATE_TEST_SUITE_P(BothLeaves, LeafStepTest,
                         ::testing::Values(Leaf::controller, Leaf::dataplane));

TEST_P(LeafStepTest, MakesWhatIsNotThere) {
    EXPECT_EQ(
        leaf_step({.leaf = GetParam(), .options = options_, .ca = ca_}, nullptr, WallClock::now()),
        SecretStep::make);
}

TEST_P(LeafStepTest, KeepsWhatIsGood) { EXPECT_EQ(step(stored_), SecretStep::keep); }

TEST_P(LeafStepTest, KeepsOneWithMoreNamesThanAreWanted) {
    LeafOptions less = options_;
    less.gateways.pop_back();
    less.dns.pop_back();
    EXPECT_EQ(step(stored_, less), SecretStep::keep);
}

TEST_P(LeafStepTest, RenewsOneThatLacksAName) {
    LeafOptions more = options_;
    more.gateways.emplace_back("default/third");
    more.dns.emplace_back("c.test");
    EXPECT_EQ(step(stored_, more), SecretStep::renew);
}

TEST_P(LeafStepTest, KeepsOneWithAThirdOfItsDaysLeftAndRenewsItLater) {
    EXPECT_EQ(step(stored_, options_, days(59)), SecretStep::keep);
    EXPECT_EQ(step(stored_, options_, days(61)), SecretStep::renew);
    EXPECT_EQ(step(stored_, options_, days(91)), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsOneThatIsNotValidYet) {
    EXPECT_EQ(step(stored_, options_, days(-1)), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsOneThatIsShortForTheDaysThatAreWantedNow) {
    LeafOptions longer = options_;
    longer.days = 365;
    EXPECT_EQ(step(stored_, longer), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsOneOfAnotherCa) {
    Identity const other = make_ca().value();
    TlsContent const foreign = issued(GetParam(), options_, other);
    EXPECT_EQ(step(foreign), SecretStep::renew);
    // Its neighbour's ca.crt does not make it one of ours, nor ours one of theirs.
    EXPECT_EQ(step({.pem = foreign.pem, .ca = stored_.ca}), SecretStep::renew);
    EXPECT_EQ(step({.pem = stored_.pem, .ca = foreign.ca}), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsOneWhoseKeyIsAnother) {
    stored_.pem.key = issued(GetParam(), options_, ca_).pem.key;
    EXPECT_EQ(step(stored_), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsTheOtherLeaf) {
    Leaf const other = GetParam() == Leaf::controller ? Leaf::dataplane : Leaf::controller;
    EXPECT_EQ(step(issued(other, options_, ca_)), SecretStep::renew);
}

TEST_P(LeafStepTest, RenewsWhatIsNoCertificate) {
    EXPECT_EQ(step({}), SecretStep::renew);
    EXPECT_EQ(step({.pem = {.certificate = "no PEM", .key = stored_.pem.key}, .ca = stored_.ca}),
              SecretStep::renew);
    EXPECT_EQ(step({.pem = {.certificate = stored_.pem.certificate, .key = {}}, .ca = stored_.ca}),
              SecretStep::renew);
    EXPECT_EQ(step({.pem = stored_.pem, .ca = {}}), SecretStep::renew);
}

TEST(UsableCa, IsValidForAsLongAsItsLeavesMustBe) {
    IdentityPem const pem = to_pem(make_ca().value()).value();
    LeafOptions const options{.gateways = {}, .dns = {}, .days = 90};
    auto const usable = [&](days later) {
        return usable_ca(pem, options, WallClock::now() + later).has_value();
    };
    EXPECT_TRUE(usable(days(0)));
    EXPECT_TRUE(usable(days(3650 - 31)));
    EXPECT_FALSE(usable(days(3650 - 29)));
    EXPECT_FALSE(usable(days(3651)));
    EXPECT_FALSE(usable(days(-1)));
}

}  // namespace
}  // namespace holdfast::controller
