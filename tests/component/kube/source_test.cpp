// Goal: whatever an API server answers, and whatever becomes of the connections to it, what has
// been delivered in the end is what the cluster has, and what is wrong is told. Method: a source
// over real connections; what the server does wrong is scripted, before it does everything right.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/component/kube/source_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using test::ApiConnection;
using test::ApiRequest;
using test::Gate;
using testing::ElementsAre;

constexpr char const* kGrant =
    R"({"from":[{"group":"holdfast.dev","kind":"WebSocketRoute","namespace":"team"}],)"
    R"("to":[{"group":"","kind":"Service"}]})";
constexpr char const* kFirstList = "limit=500&resourceVersion=0";

TEST_F(SourceTest, A410InAWatchIsFollowedByAList) {
    cluster_.put("services", "a");
    first_watch("services", [this](ApiConnection& client, ApiRequest const&) {
        cluster_.put("services", "b");
        cluster_.compact();
        client.begin_chunks();
        client.chunk(error_event(410, "Expired"));
        client.end_chunks();
    });
    start();
    expect_delivered();
    EXPECT_THAT(asked("services", 4),
                ElementsAre(kFirstList, "watch from 11", "limit=500", "watch from 12"));
}

TEST_F(SourceTest, A410OnTheSecondPageIsFollowedByAListInOnePiece) {
    cluster_.put("services", "a");
    first_list("services", [](ApiConnection& client, ApiRequest const&) {
        client.answer(
            200,
            R"({"kind":"List","metadata":{"resourceVersion":"11","continue":"next"},"items":[]})");
    });
    server_.once(FakeCluster::path("services") + "?limit=500&continue",
                 [](ApiConnection& client, ApiRequest const&) {
                     client.answer(410, R"({"kind":"Status","code":410,"reason":"Expired"})");
                 });
    start();
    expect_delivered();
    EXPECT_THAT(asked("services", 4),
                ElementsAre(kFirstList, "limit=500&continue=next", "", "watch from 11"));
}

TEST_F(SourceTest, AnotherErrorInAWatchKeepsThePlace) {
    first_watch("services", [this](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk(cluster_.put("services", "a"));
        cluster_.put("services", "b");
        client.chunk(error_event(500, "InternalError"));
        client.end_chunks();
    });
    start();
    expect_delivered();
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, "watch from 10", "watch from 11"));
}

TEST_F(SourceTest, TheTimeOfA429IsWaitedFor) {
    cluster_.put("services", "a");
    auto const refused_at = std::make_shared<TimePoint>();
    first_list("services", [refused_at](ApiConnection& client, ApiRequest const&) {
        *refused_at = Clock::now();
        client.answer(429, "{}", "Retry-After: 1\r\n");
    });
    start();
    expect_delivered();
    EXPECT_GE(Clock::now() - *refused_at, 1s);
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, kFirstList, "watch from 11"));
}

TEST_F(SourceTest, AConnectionThatFallsSilentIsGivenUpWhileTheOthersGoOn) {
    Gate const fell_silent;
    first_watch("services", [fell_silent](ApiConnection& client, ApiRequest const&) {
        fell_silent.release();
        client.stay_silent();
    });
    KubeOptions options = quick();
    options.times.silence = 2s;
    start(options);
    ASSERT_TRUE(fell_silent.wait());
    cluster_.put("services", "a");
    cluster_.put("referencegrants", "b", kGrant);
    EXPECT_TRUE(wait([this] { return delivered_.contains("ReferenceGrant infra/b"); }));
    expect_delivered();
    EXPECT_TRUE(wait([this] {
        return of("services").restarts_total["silent"] == 1 &&
               of("referencegrants").restarts_total["silent"] == 0;
    }));
}

TEST_F(SourceTest, AnEndInTheMiddleOfALineLosesNothing) {
    first_watch("services", [this](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk(cluster_.put("services", "a"));
        std::string const line = cluster_.put("services", "b");
        client.chunk(std::string_view(line).substr(0, line.size() / 2));
        client.close();
    });
    start();
    expect_delivered();
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, "watch from 10", "watch from 11"));
}

TEST_F(SourceTest, ALineThatIsNoEventLosesNoneBeforeIt) {
    first_watch("services", [this](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk(cluster_.put("services", "a") + "<html>\n");
        client.stay_silent();
    });
    start();
    expect_delivered();
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, "watch from 10", "watch from 11"));
}

TEST_F(SourceTest, ABookmarkOnlyMovesThePlaceFromWhichTheNextWatchBegins) {
    cluster_.put("services", "a");
    first_watch("services", [this](ApiConnection& client, ApiRequest const&) {
        cluster_.skip(40);
        client.begin_chunks();
        client.chunk(cluster_.bookmark());
        client.end_chunks();
    });
    start();
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, "watch from 11", "watch from 51"));
    expect_delivered();
    EXPECT_TRUE(wait([this] { return deliveries_ == 1; }));
}

TEST_F(SourceTest, AResourceVersionThatGoesBackLeadsToAList) {
    cluster_.put("services", "a");
    cluster_.put("services", "b");
    start();
    expect_delivered();
    cluster_.restore(11);
    expect_delivered();
    EXPECT_TRUE(wait([this] { return of("services").restarts_total["went_back"] == 1; }));
    cluster_.put("services", "c");
    expect_delivered();
}

TEST_F(SourceTest, AKindThatIsNotDefinedIsNamedAndKeepsTheSourceFromBeingSynced) {
    auto const missing = [](ApiConnection& client, ApiRequest const&) {
        client.answer(404, "404 page not found");
    };
    server_.on(FakeCluster::path("websocketroutes"), missing);
    cluster_.put("services", "a");
    KubeOptions options = quick();
    options.denied_wait = 0ms;
    start(options);
    EXPECT_TRUE(wait([this] {
        return has_problem("websocketroutes", "not defined") && !synced_ &&
               delivered_ == cluster_.objects() && of("endpointslices").synced &&
               of("websocketroutes").lists_total > 3;
    }));
    cluster_.serve_on(server_);
    EXPECT_TRUE(wait([this] { return synced_ && report_.problems.empty(); }));
}

TEST_F(SourceTest, ARefusedTokenIsReadAgain) {
    test::TemporaryDirectory const directory;
    way_.token.file = directory / "token";
    std::ofstream(way_.token.file) << "old";
    cluster_.put("services", "a");
    first_list("services", [file = way_.token.file](ApiConnection& client, ApiRequest const&) {
        std::ofstream(file) << "new";
        client.answer(401, R"({"kind":"Status","code":401,"reason":"Unauthorized"})");
    });
    start();
    expect_delivered();
    for (ApiRequest const& request : server_.requests()) {
        if (!request.target.starts_with("/api/v1/services?watch")) continue;
        EXPECT_EQ(request.field("Authorization"), "Bearer new");
    }
    EXPECT_THAT(asked("services", 3), ElementsAre(kFirstList, kFirstList, "watch from 11"));
}

TEST_F(SourceTest, APageOfAProxyIsAProblemThatPasses) {
    cluster_.put("services", "a");
    first_list("services", [](ApiConnection& client, ApiRequest const&) {
        client.answer(500, "<html>\n<title>Bad day</title>");
    });
    start();
    expect_delivered();
    EXPECT_TRUE(wait([this] {
        return report_.problems.empty() && problems_ever_.contains("services: 500: <html>");
    }));
}

TEST_F(SourceTest, AnItemThatCannotBeDecodedIsAProblemAndTheOthersAreDelivered) {
    cluster_.put("services", "a");
    cluster_.put("services", "b", R"({"ports":[{"port":"none"}]})");
    cluster_.put("services", "c");
    start();
    auto expected = cluster_.objects();
    expected.erase("Service infra/b");
    EXPECT_TRUE(wait([&] { return synced_ && delivered_ == expected; }));
    EXPECT_TRUE(wait([this] { return has_problem("Service infra/b", ""); }));
    cluster_.put("services", "b");
    expect_delivered();
    EXPECT_TRUE(wait([this] { return report_.problems.empty(); }));
}

TEST_F(SourceTest, StopEndsSoonWhateverIsOpen) {
    Gate const list_hangs;
    Gate const watch_hangs;
    first_list("gateways", [list_hangs](ApiConnection& client, ApiRequest const&) {
        list_hangs.release();
        client.stay_silent();
    });
    first_watch("services", [watch_hangs](ApiConnection& client, ApiRequest const&) {
        watch_hangs.release();
        client.stay_silent();
    });
    first_list("endpointslices", [](ApiConnection& client, ApiRequest const&) {
        client.answer(429, "{}", "Retry-After: 60\r\n");
    });
    start();
    ASSERT_TRUE(list_hangs.wait() && watch_hangs.wait());
    ASSERT_EQ(asked("endpointslices", 1).size(), 1u);
    ASSERT_EQ(asked("referencegrants", 2).size(), 2u);
    TimePoint const before = Clock::now();
    source_->stop();
    EXPECT_LT(Clock::now() - before, 10s) << "what is open would end after 30 s at the soonest";
    std::size_t const deliveries = deliveries_;
    cluster_.put("referencegrants", "late", kGrant);
    source_.reset();
    EXPECT_EQ(deliveries_, deliveries);
}

}  // namespace
}  // namespace holdfast::controller::kube
