// Goal: a Lease is read, changed and written back without losing what others put into it. Method:
// objects and answers as kube-apiserver 1.34 gives them.
#include "controller/kube/lease.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace holdfast::controller::kube {
namespace {

namespace json = boost::json;

using namespace std::chrono_literals;

constexpr char const* kHeld = R"({
    "kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
    "metadata": {"name": "holdfast", "namespace": "holdfast-system", "resourceVersion": "4711",
                 "labels": {"team": "edge"}, "annotations": {"note": "kept"}},
    "spec": {"holderIdentity": "pod-a_1", "leaseDurationSeconds": 15,
             "acquireTime": "2026-03-01T03:50:00.000000Z",
             "renewTime": "2026-03-01T03:50:02.000001Z", "leaseTransitions": 3,
             "strategy": "OldestEmulationVersion"}})";

LeaseRecord const kRecord{.holder = "pod-a_1",
                          .duration = 15s,
                          .acquire_time = "2026-03-01T03:50:00.000000Z",
                          .renew_time = "2026-03-01T03:50:02.000001Z",
                          .transitions = 3};

Outcome<Answer> answered(int status, std::string body) {
    return Answer{status, std::move(body), std::nullopt};
}

std::string const kConflict = R"({"kind":"Status","reason":"Conflict","code":409})";
std::string const kNotFound = R"({"kind":"Status","reason":"NotFound","code":404})";
std::string const kForbidden =
    R"({"kind":"Status","reason":"Forbidden","code":403,"message":"leases is forbidden"})";

TEST(Lease, IsRead) { EXPECT_EQ(parse_lease(kHeld).value().record, kRecord); }

TEST(Lease, OfNobodyIsRead) {
    auto const lease = parse_lease(R"({"kind":"Lease","metadata":{},"spec":{"renewTime":null}})");
    EXPECT_EQ(lease.value().record, LeaseRecord());
    EXPECT_EQ(parse_lease(R"({"kind":"Lease"})").value().record, LeaseRecord());
}

TEST(Lease, IsRefusedWhenItIsNone) {
    for (char const* const text :
         {"", "[]", "<html>", "{}", R"({"kind":"Status"})", R"({"kind":"Lease","spec":[]})",
          R"({"kind":"Lease","spec":{"leaseDurationSeconds":"15"}})",
          R"({"kind":"Lease","spec":{"leaseDurationSeconds":99999999999}})",
          R"({"kind":"Lease","spec":{"holderIdentity":1}})"}) {
        EXPECT_FALSE(parse_lease(text).has_value()) << text;
    }
}

TEST(Lease, IsWrittenAsItWasRead) {
    EXPECT_EQ(json::parse(to_json(parse_lease(kHeld).value())), json::parse(kHeld));
}

TEST(Lease, KeepsAllButTheRecordWhenItChanges) {
    Lease lease = parse_lease(kHeld).value();
    lease.record = {.holder = "", .duration = 1s, .acquire_time = "", .renew_time = "t"};
    json::value expected = json::parse(kHeld);
    json::object& spec = expected.at("spec").as_object();
    spec["holderIdentity"] = "";
    spec["leaseDurationSeconds"] = 1;
    spec.erase("acquireTime");
    spec["renewTime"] = "t";
    spec["leaseTransitions"] = 0;
    EXPECT_EQ(json::parse(to_json(lease)), expected);
}

TEST(Lease, IsCreatedWithItsName) {
    Lease lease = new_lease("holdfast-system", "holdfast");
    lease.record = kRecord;
    EXPECT_EQ(json::parse(to_json(lease)), json::parse(R"({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"namespace": "holdfast-system", "name": "holdfast"},
        "spec": {"holderIdentity": "pod-a_1", "leaseDurationSeconds": 15,
                 "acquireTime": "2026-03-01T03:50:00.000000Z",
                 "renewTime": "2026-03-01T03:50:02.000001Z", "leaseTransitions": 3}})"));
}

TEST(LeaseAnswer, IsTheLeaseOfASuccess) {
    for (int const status : {200, 201}) {
        LeaseAnswer const answer = lease_answer(answered(status, kHeld));
        ASSERT_TRUE(std::holds_alternative<Lease>(answer));
        EXPECT_EQ(std::get<Lease>(answer).record, kRecord);
    }
}

TEST(LeaseAnswer, TellsMissingAndConflict) {
    EXPECT_TRUE(std::holds_alternative<LeaseMissing>(lease_answer(answered(404, kNotFound))));
    EXPECT_TRUE(std::holds_alternative<LeaseConflict>(lease_answer(answered(409, kConflict))));
}

TEST(LeaseAnswer, SaysWhyThereIsNone) {
    auto const why = [](Outcome<Answer> const& outcome) {
        return to_string(std::get<Failure>(lease_answer(outcome)));
    };
    EXPECT_EQ(why(answered(403, kForbidden)), "403 Forbidden: leases is forbidden");
    EXPECT_EQ(why(answered(200, "[]")), "the API server's answer is no Lease");
    EXPECT_EQ(why(Failure{{}, "connect 10.96.0.1:443"}), "connect 10.96.0.1:443");
}

}  // namespace
}  // namespace holdfast::controller::kube
