// Goal: elections over the Kubernetes API: which requests are made, what is called back, and that
// leadership ends by the clock. Method: a scripted API server, real threads, short times; every
// wait is for something that happens.
#include "controller/kube/election.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include "tests/support/fake_transport.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using test::FakeTransport;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char const* kCollection = "/apis/coordination.k8s.io/v1/namespaces/system/leases";
constexpr char const* kPath = "/apis/coordination.k8s.io/v1/namespaces/system/leases/holdfast";
/// Long enough that nothing ends by itself on a slow machine, but looks come soon.
constexpr ElectionTimes kPatient{.lease = 60s, .renew = 50s, .retry = 20ms};
/// Leadership ends soon without a renewal.
constexpr ElectionTimes kImpatient{.lease = 1s, .renew = 300ms, .retry = 20ms};

Candidacy candidacy(ElectionTimes const& times, std::string identity = "me") {
    return {.name_space = "system",
            .name = "holdfast",
            .identity = std::move(identity),
            .times = times};
}

/// The Lease `holdfast` behind a FakeTransport. Threads  any.
class LeaseServer {
public:
    void serve(FakeTransport& transport) {
        auto const handler = [this](Request const& request, auto const&, auto const&) {
            return handle(request);
        };
        transport.on(Method::get, kPath, handler);
        transport.on(Method::post, kCollection, handler);
        transport.on(Method::put, kPath, handler);
    }
    std::string holder() const {
        std::lock_guard const lock(mutex_);
        return lease_ ? lease_->record.holder : "none";
    }

private:
    Outcome<Answer> handle(Request const& request) {
        std::lock_guard const lock(mutex_);
        if (request.method == Method::post ? lease_.has_value() : !lease_.has_value())
            return Answer{request.method == Method::post ? 409 : 404, {}, {}};
        if (request.method != Method::get) {
            Lease lease = parse_lease(request.body).value();
            boost::json::object& metadata = lease.object["metadata"].as_object();
            if (lease_ && metadata["resourceVersion"] != boost::json::value(version_))
                return Answer{409, {}, {}};
            metadata["resourceVersion"] = ++version_;
            lease_ = std::move(lease);
        }
        return Answer{200, to_json(*lease_), {}};
    }

    mutable std::mutex mutex_;
    std::optional<Lease> lease_;
    int version_ = 0;
};

/// What was called back, in order. Threads  any.
class Told {
public:
    ElectionEvents events() {
        return {.elected = [this] { add("elected"); },
                .demoted = [this](std::string const& reason) { add("demoted: " + reason); }};
    }
    std::vector<std::string> wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 60s, [&] { return all_.size() >= count; }));
        all_.resize(std::max(all_.size(), count));
        return all_;
    }

private:
    void add(std::string what) {
        std::lock_guard const lock(mutex_);
        all_.push_back(std::move(what));
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> all_;
};

class ElectionTest : public testing::Test {
protected:
    FakeTransport transport;
    LeaseServer server;
    Told told;

    void SetUp() override { server.serve(transport); }
    void nobody_answers() {
        for (Method const method : {Method::get, Method::put})
            transport.on(method, kPath, test::unreachable());
    }
};

TEST_F(ElectionTest, CreatesTheLeaseAndLeads) {
    Election election(transport, candidacy(kPatient), told.events());
    EXPECT_THAT(told.wait_for(1), ElementsAre("elected"));
    EXPECT_TRUE(election.leads());
    Request const request = transport.wait_for(Method::post, kCollection);
    EXPECT_EQ(request.target, kCollection);
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_EQ(parse_lease(request.body).value().record.holder, "me");
}

TEST_F(ElectionTest, SaysWhoLeadsAndWhyNobodyCanKnow) {
    TimePoint const start = Clock::now();
    nobody_answers();
    Election election(transport, candidacy(kPatient), told.events());
    transport.wait_for(Method::get, kPath, 2);
    ElectionState const state = election.state();
    EXPECT_EQ(state.holder, "");
    EXPECT_THAT(state.trouble, HasSubstr("nobody answers"));
    EXPECT_GE(state.trouble_since, start);
    server.serve(transport);
    told.wait_for(1);
    EXPECT_EQ(election.state().holder, "me");
    EXPECT_EQ(election.state().trouble, "");
}

TEST_F(ElectionTest, RenewsWithAPutOfTheLease) {
    Election election(transport, candidacy(kPatient), told.events());
    Request const request = transport.wait_for(Method::put, kPath, 2);
    EXPECT_EQ(request.target, kPath);
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_TRUE(election.leads());
}

TEST_F(ElectionTest, GivesARequestNoMoreThanHalfTheRenewDeadline) {
    Election election(transport, candidacy(kPatient), told.events());
    EXPECT_LE(transport.wait_for(Method::get, kPath).silence_timeout, 25s);
}

TEST_F(ElectionTest, CampaignsAgainAfterALoss) {
    Election election(transport, candidacy(kImpatient), told.events());
    told.wait_for(1);
    nobody_answers();
    EXPECT_THAT(told.wait_for(2)[1], HasSubstr("demoted: no renewal within 300ms: nobody answers"));
    server.serve(transport);
    EXPECT_EQ(told.wait_for(3)[2], "elected");
}

TEST_F(ElectionTest, KeepsTryingWhenItIsForbidden) {
    transport.on(Method::get, kPath, test::answer(403));
    Election election(transport, candidacy(kPatient), told.events());
    transport.wait_for(Method::get, kPath, 3);
    EXPECT_FALSE(election.leads());
    server.serve(transport);
    EXPECT_THAT(told.wait_for(1), ElementsAre("elected"));
}

TEST_F(ElectionTest, LeadsNoLongerThanItsDeadlineWhileItsThreadIsStuck) {
    std::promise<void> unstick;
    std::shared_future<void> const stuck = unstick.get_future().share();
    Election election(transport, candidacy(kImpatient), told.events());
    told.wait_for(1);
    transport.on(Method::put, kPath, [&](auto const&...) -> Outcome<Answer> {
        stuck.wait();
        return Failure{{}, "stuck"};
    });
    while (election.leads())
        std::this_thread::yield();
    EXPECT_THAT(told.wait_for(1), ElementsAre("elected"));
    unstick.set_value();
    EXPECT_THAT(told.wait_for(2)[1], HasSubstr("demoted: no renewal"));
}

TEST_F(ElectionTest, GivesTheLeaseBackAfterItsWritersWereTold) {
    std::string holder_when_told;
    ElectionEvents events = told.events();
    events.demoted = [&](std::string const&) { holder_when_told = server.holder(); };
    Election election(transport, candidacy(kPatient), events);
    told.wait_for(1);
    election.stop();
    EXPECT_FALSE(election.leads());
    EXPECT_EQ(holder_when_told, "me");
    EXPECT_EQ(server.holder(), "");
}

TEST_F(ElectionTest, GivesBackALeaseWhoseRenewalIsUnderWay) {
    Election election(transport, candidacy(kPatient), told.events());
    told.wait_for(1);
    std::promise<void> under_way;
    transport.once(Method::put, kPath,
                   [&](Request const& request, auto const& on_bytes, std::stop_token const& stop) {
                       under_way.set_value();
                       return test::silence()(request, on_bytes, stop);
                   });
    under_way.get_future().wait();
    election.stop();
    EXPECT_EQ(server.holder(), "");
}

TEST_F(ElectionTest, StopsInTimeWhenNobodyAnswers) {
    Election election(transport, candidacy(kImpatient), told.events());
    told.wait_for(1);
    for (Method const method : {Method::get, Method::put})
        transport.on(method, kPath, test::silence());
    election.stop();
    EXPECT_EQ(server.holder(), "me");
}

TEST_F(ElectionTest, AbandonsARequestThatDoesNotEnd) {
    Election election(transport, candidacy(kImpatient), told.events());
    told.wait_for(1);
    auto const until_stopped = [](auto const&, auto const&, std::stop_token const& stop) {
        std::promise<void> stopped;
        std::stop_callback const callback(stop, [&] { stopped.set_value(); });
        stopped.get_future().wait();
        return Outcome<Answer>(Failure{{}, "stopped"});
    };
    for (Method const method : {Method::get, Method::put})
        transport.on(method, kPath, until_stopped);
    election.stop();
    EXPECT_EQ(server.holder(), "me");
}

TEST_F(ElectionTest, StopsAtOnceWhenItIsHurried) {
    Election election(transport, candidacy(kPatient), told.events());
    told.wait_for(1);
    transport.on(Method::get, kPath, test::silence());
    transport.on(Method::put, kPath, test::silence());
    auto const stopping = std::async(std::launch::async, [&] { election.stop(); });
    while (election.leads())
        std::this_thread::yield();
    election.abandon();
    EXPECT_EQ(stopping.wait_for(release_timeout(kPatient) - 1s), std::future_status::ready);
    EXPECT_THAT(told.wait_for(2)[1], HasSubstr("demoted"));
}

TEST_F(ElectionTest, StopsAtOnceWhenItDoesNotLead) {
    Election leader(transport, candidacy(kPatient), told.events());
    told.wait_for(1);
    Told other_told;
    Election other(transport, candidacy(kPatient, "other"), other_told.events());
    transport.wait_for(Method::get, kPath, 2);
    other.stop();
    EXPECT_EQ(server.holder(), "me");
    EXPECT_TRUE(leader.leads());
}

TEST_F(ElectionTest, HandsOver) {
    Election leader(transport, candidacy(kPatient), told.events());
    told.wait_for(1);
    Told next_told;
    Election next(transport, candidacy(kPatient, "next"), next_told.events());
    leader.stop();
    EXPECT_THAT(told.wait_for(2), ElementsAre("elected", "demoted: released"));
    EXPECT_THAT(next_told.wait_for(1), ElementsAre("elected"));
    EXPECT_TRUE(next.leads());
    EXPECT_EQ(server.holder(), "next");
}

}  // namespace
}  // namespace holdfast::controller::kube
