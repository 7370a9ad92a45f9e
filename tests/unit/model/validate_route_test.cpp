// Goal: no route that a data plane cannot serve gets past validate. Method: a good table, broken in
// one place per test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/model/validate_draft.hpp"

namespace holdfast::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A problem of the draft's route.
MATCHER_P2(IsAt, field, message_part, "") {
    return arg.object == "Route default/chat" && arg.field == field &&
           arg.message.find(message_part) != std::string::npos;
}

TEST(ValidateRoute, WantsItsKeyAsNamespaceAndName) {
    Draft draft;
    draft.routes = {{"chat", draft.route()}};
    auto const problems = draft.problems();
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0], (Problem{"Route chat", "", "key must be namespace/name"}));
}

TEST(ValidateRoute, WantsATimeThatSortsOrNone) {
    Draft draft;
    draft.route().created = "";
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.route().created = "yesterday";
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("created", "\"yesterday\"")));
}

TEST(ValidateRoute, WantsAGenerationThatIsNotNegative) {
    Draft draft;
    draft.route().generation = -1;
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("generation", "negative")));
}

TEST(ValidateRoute, WantsAttachmentsAndRules) {
    Draft draft;
    draft.route().attachments.clear();
    draft.route().rules.clear();
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsAt("attachments", "at least one"), IsAt("rules", "at least one")));
}

TEST(ValidateRoute, WantsNamesOfRulesThatAreUnique) {
    Draft draft;
    draft.route().rules = {draft.rule(), draft.rule(), draft.rule()};
    draft.route().rules[2].name = "";
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[1].name", "another rule"),
                                              IsAt("rules[2].name", "must be a name")));
}

// --- attachments ---

TEST(ValidateAttachment, WantsItsListenerInTheTable) {
    Draft draft;
    draft.route().attachments[0].listener = "missing";
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("attachments[0].listener", "\"missing\"")));
}

TEST(ValidateAttachment, WantsEachListenerOnce) {
    Draft draft;
    draft.route().attachments.push_back(draft.route().attachments[0]);
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("attachments[1].listener", "already")));
}

TEST(ValidateAttachment, WantsHostNamesOfItsListener) {
    Draft draft;
    auto& hostnames = draft.route().attachments[0].hostnames;
    hostnames = {"", "*.a.example.com", "*.example.com", "a.example.com"};
    EXPECT_THAT(draft.problems(), IsEmpty());
    hostnames = {"*.com", "example.com"};
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsAt("attachments[0].hostnames[0]", "is not a host of"),
                            IsAt("attachments[0].hostnames[1]", "is not a host of")));
}

TEST(ValidateAttachment, WantsHostNamesThatAreNames) {
    Draft draft;
    draft.route().attachments[0].hostnames = {"a_b.example.com"};
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("attachments[0].hostnames[0]", "host name")));
}

TEST(ValidateAttachment, WantsHostNamesSortedAndUnique) {
    Draft draft;
    auto& hostnames = draft.route().attachments[0].hostnames;
    hostnames = {"b.example.com", "a.example.com", "a.example.com"};
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("attachments[0].hostnames[1]", "sort"),
                                              IsAt("attachments[0].hostnames[2]", "sort")));
    hostnames.clear();
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("attachments[0].hostnames", "must hold")));
}

// --- matches ---

TEST(ValidateMatch, WantsAtLeastOne) {
    Draft draft;
    draft.rule().matches.clear();
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].matches", "at least one")));
}

TEST(ValidateMatch, WantsAPathOfGatewayApi) {
    for (char const* path : {"", "ws", "/a//b", "/a/../b", "/a%2fb", "/a?b", "/%zz"}) {
        Draft draft;
        draft.match().path.value = path;
        EXPECT_THAT(draft.problems(),
                    ElementsAre(IsAt("rules[0].matches[0].path.value", "absolute path")));
    }
}

TEST(ValidateMatch, WantsHeaderNamesInLowerCase) {
    for (char const* name : {"", "X-Token", "x token", "x:token"}) {
        Draft draft;
        draft.match().headers = {{name, "1"}};
        EXPECT_THAT(draft.problems(),
                    ElementsAre(IsAt("rules[0].matches[0].headers[0].name", "lower case")));
    }
}

TEST(ValidateMatch, WantsValuesThatCanBeSent) {
    for (std::string const& value :
         {std::string(), std::string("a\r\nb"), std::string("\xff"), std::string(4097, 'a')}) {
        Draft draft;
        draft.match().headers = {{"x-token", value}};
        EXPECT_THAT(draft.problems(),
                    ElementsAre(IsAt("rules[0].matches[0].headers[0].value", "1 to 4096")));
    }
}

TEST(ValidateMatch, WantsQueryParametersWithNameAndValue) {
    Draft draft;
    draft.match().query_params = {{"Token", "x"}, {"a b", "x"}, {"c", std::string(1025, 'x')}};
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsAt("rules[0].matches[0].queryParams[1].name", "must be a name"),
                            IsAt("rules[0].matches[0].queryParams[2].value", "1 to 1024")));
}

TEST(ValidateMatch, WantsEachNameOnce) {
    Draft draft;
    draft.match().headers = {{"a", "1"}, {"a", "2"}};
    draft.match().query_params = {{"a", "1"}, {"A", "1"}, {"a", "1"}};
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsAt("rules[0].matches[0].headers[1].name", "twice"),
                            IsAt("rules[0].matches[0].queryParams[2].name", "twice")));
}

TEST(ValidateMatch, WantsSubprotocolsThatAreTokens) {
    Draft draft;
    draft.match().subprotocols = {"mqtt", "", "a,b"};
    EXPECT_THAT(draft.problems(),
                ElementsAre(IsAt("rules[0].matches[0].subprotocols[1]", "token"),
                            IsAt("rules[0].matches[0].subprotocols[2]", "token")));
}

// --- the rest of a rule ---

TEST(ValidateRule, WantsValidBackendsInTheTable) {
    Draft draft;
    draft.rule().backends = {{"default/typo:80", 1, true}};
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].backends[0].backend", "no backend")));
}

TEST(ValidateRule, TakesInvalidBackendsAndNone) {
    Draft draft;
    draft.rule().backends = {{"what was asked for", 1, false}};
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.rule().backends.clear();
    EXPECT_THAT(draft.problems(), IsEmpty());
}

TEST(ValidateRule, WantsAWeightUpToAMillion) {
    Draft draft;
    draft.rule().backends[0].weight = 1'000'000;
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.rule().backends[0].weight = 1'000'001;
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].backends[0].weight", "1000001")));
}

TEST(ValidateRule, WantsOriginsAsBrowsersSendThem) {
    Draft draft;
    draft.rule().allowed_origins = {"https://example.com", "example.com"};
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].allowedOrigins[1]", "scheme://")));
}

TEST(ValidateRule, WantsPrefixMatchesWhereAPrefixIsReplaced) {
    Draft draft;
    draft.rule().replace_prefix = "/new";
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.match().path.type = PathMatchType::exact;
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].replacePrefix", "prefix match")));
}

TEST(ValidateRule, WantsAnAbsoluteReplacementOrAnEmptyOne) {
    Draft draft;
    draft.rule().replace_prefix = "";
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.rule().replace_prefix = "new";
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].replacePrefix", "absolute path")));
}

TEST(ValidateRule, WantsHandshakeTimeoutsThatAreNotZero) {
    Draft draft;
    draft.rule().timeouts = {Milliseconds(0), Milliseconds(0), Milliseconds(0), Milliseconds(0)};
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].timeouts.connect", "from 1"),
                                              IsAt("rules[0].timeouts.handshake", "from 1")));
}

TEST(ValidateRule, WantsDurationsThatManifestsCanSay) {
    Draft draft;
    Milliseconds const longest = std::chrono::hours(399'996);
    draft.rule().timeouts = {longest, longest, longest, longest};
    draft.rule().drain_over = longest;
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.rule().timeouts.idle = Milliseconds(-1);
    draft.rule().timeouts.session = longest + Milliseconds(1);
    draft.rule().drain_over = Milliseconds::max();
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].timeouts.idle", "not -1"),
                                              IsAt("rules[0].timeouts.session", "from 0"),
                                              IsAt("rules[0].drainOver", "from 0")));
}

TEST(ValidateRule, WantsCloseCodesOutOfTheContract) {
    Draft draft;
    draft.rule().drain_code = 1001;
    draft.rule().backend_lost_code = 1014;
    EXPECT_THAT(draft.problems(), IsEmpty());
    draft.rule().drain_code = 1011;
    draft.rule().backend_lost_code = 1012;
    EXPECT_THAT(draft.problems(), ElementsAre(IsAt("rules[0].drainCode", "1012 or 1001"),
                                              IsAt("rules[0].backendLostCode", "1011 or 1014")));
}

}  // namespace
}  // namespace holdfast::model
