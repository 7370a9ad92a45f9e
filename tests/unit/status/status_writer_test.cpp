// Goal: statuses reach the API server, by the leader only, whatever it answers. Method: an API
// server of the test's own behind the transport.
#include "controller/status/status_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <atomic>

#include "common/base/limits.hpp"
#include "tests/support/fake_transport.hpp"

namespace holdfast::controller {
namespace {

namespace json = boost::json;
using kube::Answer;
using kube::Method;
using ::testing::HasSubstr;

ObjectId const kGateway{"Gateway", "infra/edge"};
std::string const kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/infra/gateways/edge";
std::string const kEvents = "/apis/events.k8s.io/v1/namespaces/infra/events";
constexpr auto kPatience = std::chrono::seconds(7);

json::object accepted(char const* status) {
    return {{"conditions",
             {{{"type", "Accepted"},
               {"status", status},
               {"reason", "Why"},
               {"message", "it is so"},
               {"observedGeneration", 1}}}}};
}

WantedStatus wanted(char const* status) { return {accepted(status), "u-1"}; }

kube::StoredStatus stored(char const* version) {
    return {.id = kGateway,
            .path = kPath,
            .api_version = "gateway.networking.k8s.io/v1",
            .uid = "u-1",
            .resource_version = version,
            .generation = 1,
            .status = {}};
}

/// The object as the API server shows it after a write.
std::string object(char const* version, json::value const& status) {
    return json::serialize(json::object{
        {"metadata", {{"namespace", "infra"}, {"name", "edge"}, {"resourceVersion", version}}},
        {"status", status}});
}

class StatusWriterTest : public ::testing::Test {
protected:
    void SetUp() override {
        api_.on(Method::patch, kPath, [](auto const& request, auto const&, auto const&) {
            auto const patch = json::parse(request.body);
            return Outcome<Answer>(Answer{200, object("9", patch.at("status")), std::nullopt});
        });
        api_.on(Method::post, kEvents, test::answer(201, "{}"));
    }
    enum class Start { with_a_status, without_statuses };

    void start(Start how = Start::with_a_status) {
        events_.emplace(
            api_, Leadership{.lasts = [this] { return leads_.load(); }, .patience = kPatience},
            "pod-1");
        writer_.emplace(api_,
                        Leadership{.lasts =
                                       [this] {
                                           ++looks_;
                                           looks_.notify_all();
                                           return leads_.load();
                                       },
                                   .patience = kPatience},
                        *events_);
        writer_->elected();
        if (how == Start::without_statuses) return;
        writer_->stored({stored("5")});
        want({{kGateway, wanted("False")}});
    }
    /// All requests, once a thread has looked for something to write. Ends the writing.
    std::vector<kube::Request> requests_of_a_look() {
        int const looks = looks_;
        looks_.wait(looks);
        // Returns when what that look has found is sent.
        writer_->stop();
        return api_.requests();
    }
    void want(WantedStatuses statuses) { writer_->want(*writer_->term(), std::move(statuses)); }

    test::FakeTransport api_;
    std::atomic<bool> leads_ = true;
    std::atomic<int> looks_ = 0;
    std::optional<EventWriter> events_;
    std::optional<StatusWriter> writer_;
};

TEST_F(StatusWriterTest, PatchesTheStatusOfTheStoredVersion) {
    start();
    auto const request = api_.wait_for(Method::patch, kPath);
    EXPECT_EQ(request.target, kPath + "/status");
    EXPECT_EQ(request.content_type, "application/merge-patch+json");
    EXPECT_EQ(request.silence_timeout, kPatience);
    auto const body = json::parse(request.body);
    EXPECT_EQ(body.at_pointer("/metadata/resourceVersion"), "5");
    EXPECT_EQ(body.at_pointer("/status/conditions/0/status"), "False");
}

TEST_F(StatusWriterTest, WritesNothingWhileAnotherOneLeads) {
    start(Start::without_statuses);
    Term const term = *writer_->term();
    leads_ = false;
    EXPECT_FALSE(writer_->term());
    writer_->stored({stored("5")});
    writer_->want(term, {{kGateway, wanted("False")}});
    EXPECT_TRUE(requests_of_a_look().empty());
}

TEST_F(StatusWriterTest, WritesWhatWasWantedWhenItLeadsAgainInTheSameTerm) {
    start(Start::without_statuses);
    Term const term = *writer_->term();
    leads_ = false;
    writer_->stored({stored("5")});
    writer_->want(term, {{kGateway, wanted("False")}});
    leads_ = true;
    api_.wait_for(Method::patch, kPath);
}

TEST_F(StatusWriterTest, WritesNothingBetweenTwoTerms) {
    start(Start::without_statuses);
    Term const term = *writer_->term();
    writer_->demoted();
    EXPECT_FALSE(writer_->term());
    writer_->want(term, {{kGateway, wanted("False")}});
    writer_->stored({stored("5")});
    EXPECT_TRUE(requests_of_a_look().empty());
}

TEST_F(StatusWriterTest, IgnoresWhatComesLateFromAnEarlierTerm) {
    start(Start::without_statuses);
    Term const earlier = *writer_->term();
    writer_->demoted();
    writer_->elected();
    Term const term = *writer_->term();
    leads_ = false;
    writer_->want(term, {{kGateway, wanted("True")}});
    writer_->want(earlier, {{kGateway, wanted("False")}});
    leads_ = true;
    writer_->stored({stored("5")});
    auto const body = json::parse(api_.wait_for(Method::patch, kPath).body);
    EXPECT_EQ(body.at_pointer("/status/conditions/0/status"), "True");
}

/// An answer that comes when the request is called off, and not before.
Outcome<Answer> late(std::stop_token const& stop, Answer answer) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
    return answer;
}

TEST_F(StatusWriterTest, GivesUpAWriteThatIsUnderWayWhenLeadershipEnds) {
    api_.once(Method::patch, kPath, [](auto const&, auto const&, std::stop_token const& stop) {
        return late(stop, {500, {}, std::nullopt});
    });
    start();
    api_.wait_for(Method::patch, kPath);
    writer_->demoted();
    writer_->elected();
    want({{kGateway, wanted("True")}});
    auto const body = json::parse(api_.wait_for(Method::patch, kPath, 2).body);
    EXPECT_EQ(body.at_pointer("/status/conditions/0/status"), "True");
    EXPECT_EQ(writer_->counts().failed, 0u);
}

TEST_F(StatusWriterTest, TellsOfAWriteThatWasAnsweredWhenLeadershipHadEnded) {
    api_.once(Method::patch, kPath, [](auto const&, auto const&, std::stop_token const& stop) {
        return late(stop, {200, object("9", json::object()), std::nullopt});
    });
    start();
    api_.wait_for(Method::patch, kPath);
    writer_->stop();
    EXPECT_EQ(writer_->counts().written, 1u);
    api_.wait_for(Method::post, kEvents);
}

TEST_F(StatusWriterTest, ReadsAgainAfterAConflictAndThenWrites) {
    api_.once(Method::patch, kPath, test::answer(409));
    api_.on(Method::get, kPath, test::answer(200, object("7", json::object())));
    start();
    auto const second = api_.wait_for(Method::patch, kPath, 2);
    EXPECT_EQ(json::parse(second.body).at_pointer("/metadata/resourceVersion"), "7");
}

TEST_F(StatusWriterTest, TriesAgainWhenTheServerCannotBeReached) {
    api_.once(Method::patch, kPath, test::unreachable());
    start();
    api_.wait_for(Method::patch, kPath, 2);
    EXPECT_EQ(writer_->counts().failed, 1u);
}

TEST_F(StatusWriterTest, TriesAgainLaterWhenAnObjectIsThereAndItsStatusIsNot) {
    api_.on(Method::patch, kPath, test::answer(404));
    api_.on(Method::get, kPath, test::answer(200, object("5", json::object())));
    start();
    while (writer_->counts().failed == 0)
        std::this_thread::yield();
    EXPECT_EQ(writer_->counts().conflict, 0u);
}

TEST_F(StatusWriterTest, LeavesAnObjectAloneThatIsNotFound) {
    api_.on(Method::patch, kPath, test::answer(404));
    api_.on(Method::get, kPath, test::answer(404));
    start();
    api_.wait_for(Method::get, kPath);
    want({{kGateway, wanted("True")}, {{"Gateway", "infra/two"}, wanted("True")}});
    auto two = stored("5");
    two.id = {"Gateway", "infra/two"};
    two.path = "/two";
    api_.on(Method::patch, "/two", test::answer(404));
    api_.on(Method::get, "/two", test::answer(404));
    writer_->stored({two});
    api_.wait_for(Method::get, "/two");
    EXPECT_EQ(api_.requests().size(), 4u);
    EXPECT_EQ(writer_->counts().failed, 0u);
}

TEST_F(StatusWriterTest, ForgetsWhatAWatchTellsToBeGone) {
    start(Start::without_statuses);
    writer_->stored({stored("5")});
    writer_->gone({kGateway});
    want({{kGateway, wanted("True")}});
    EXPECT_TRUE(requests_of_a_look().empty());
}

TEST_F(StatusWriterTest, WritesNoStatusToAnotherObjectOfTheName) {
    api_.on(Method::patch, kPath, test::answer(409));
    api_.on(Method::get, kPath,
            test::answer(200, R"({"metadata":{"namespace":"infra","name":"edge","uid":"u-2",)"
                              R"("resourceVersion":"7"}})"));
    start();
    api_.wait_for(Method::get, kPath);
    EXPECT_EQ(requests_of_a_look().size(), 2u);
    EXPECT_EQ(writer_->counts().failed, 0u);
}

TEST_F(StatusWriterTest, WritesSeveralAtATime) {
    api_.on(Method::patch, "/object-", test::silence());
    start(Start::without_statuses);
    std::vector<kube::StoredStatus> objects;
    WantedStatuses all;
    for (std::size_t index = 0; index < 2 * limits::status_writes_at_once; ++index) {
        auto one = stored("5");
        one.id.key += std::to_string(index);
        one.path = "/object-" + std::to_string(index);
        all[one.id] = wanted("True");
        objects.push_back(std::move(one));
    }
    writer_->stored(objects);
    want(all);
    api_.wait_for(Method::patch, "/object-", limits::status_writes_at_once);
    writer_->stop();
    EXPECT_EQ(api_.requests().size(), limits::status_writes_at_once);
}

TEST_F(StatusWriterTest, WaitsAsLongAsTheServerAsksFor) {
    api_.once(Method::patch, kPath, [](auto const&...) -> Outcome<Answer> {
        return Answer{429, {}, std::chrono::seconds(3)};
    });
    TimePoint const begin = Clock::now();
    start();
    api_.wait_for(Method::patch, kPath, 2);
    EXPECT_GE(Clock::now() - begin, std::chrono::seconds(3));
}

class RefusedObject : public StatusWriterTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Status, RefusedObject, testing::Values(400, 403, 413, 422, 500));

TEST_P(RefusedObject, HoldsNoOtherUp) {
    api_.on(Method::patch, kPath, test::answer(GetParam()));
    auto two = stored("5");
    two.id = {"Gateway", "infra/two"};
    two.path = "/two";
    api_.on(Method::patch, "/two", test::answer(404));
    api_.on(Method::get, "/two", test::answer(404));
    start();
    api_.wait_for(Method::patch, kPath);
    want({{kGateway, wanted("False")}, {two.id, wanted("True")}});
    writer_->stored({two});
    api_.wait_for(Method::patch, "/two");
    while (writer_->counts().failed == 0)
        std::this_thread::yield();
    EXPECT_EQ(writer_->counts().failed, 1u);
}

TEST_F(StatusWriterTest, TellsTheOwnerOfAFaultByAnEvent) {
    start();
    auto const request = api_.wait_for(Method::post, kEvents);
    auto const event = json::parse(request.body);
    EXPECT_EQ(event.at("type"), "Warning");
    EXPECT_EQ(event.at("reason"), "Why");
    EXPECT_EQ(event.at("note"), "it is so");
    EXPECT_EQ(event.at_pointer("/regarding/uid"), "u-1");
}

}  // namespace
}  // namespace holdfast::controller
